# SPDX-License-Identifier: MIT
# Functions of tests/CMakeLists.txt.

# All sources below a folder of tests/; a folder that is still empty is watched as well.
macro(tet_glob_sources variable folder)
  file(GLOB_RECURSE ${variable} CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
endmacro()

function(tet_add_test_executable name)
  tet_add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE tet_test_options tet_test_main)
endfunction()

# -O1 because sanitizers need the frames, and because it compiles in half the time.
function(tet_sanitize name sanitizers)
  target_compile_options(${name} PRIVATE -O1 -g1 -fno-omit-frame-pointer -fsanitize=${sanitizers} -fno-sanitize-recover=all)
  target_link_options(${name} PRIVATE -fsanitize=${sanitizers})
endfunction()

# Registers the test cases of tet_test_<folder>, listed by the executable when CTest starts.
function(tet_discover_tests folder)
  set(properties TIMEOUT 900 SKIP_RETURN_CODE 77 ENVIRONMENT TET_TEST_FROM_CTEST=1 LABELS ${folder})
  if(folder IN_LIST threaded_folders)
    list(APPEND properties RUN_SERIAL ON)
  endif()
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${folder}_tests.cmake)
  file(GENERATE OUTPUT ${script} CONTENT "set(folder [==[${folder}]==])
set(launcher [==[${launcher}]==])
set(executable [==[$<TARGET_FILE:tet_test_${folder}>]==])
set(properties [==[${properties}]==])
include([==[${CMAKE_CURRENT_SOURCE_DIR}/support/discover.cmake]==])
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()

# ThreadSanitizer of older compilers stops where the kernel spreads addresses widely; setarch, where it is allowed, turns that off.
function(tet_find_fixed_addresses variable)
  find_program(setarch setarch NO_CACHE)
  set(command ${setarch} --addr-no-randomize)
  set(refused 1)
  if(setarch)
    execute_process(COMMAND ${command} true RESULT_VARIABLE refused OUTPUT_QUIET ERROR_QUIET)
  endif()
  if(NOT refused EQUAL 0)
    set(command)
  endif()
  set(${variable} ${command} PARENT_SCOPE)
endfunction()

# Writes the flags that a target's sources are compiled with into a file that compilers read as @file, for tests that call a
# compiler themselves. Folders of the system's own are left out: a compiler that is told them again finds its headers no more.
function(tet_write_compile_flags target)
  set(all "$<REMOVE_DUPLICATES:$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>>")
  set(own "$<FILTER:${all},INCLUDE,^${PROJECT_SOURCE_DIR}>")
  set(others "$<FILTER:$<FILTER:${all},EXCLUDE,^${PROJECT_SOURCE_DIR}>,EXCLUDE,^/usr/include/?$>")
  set(file ${CMAKE_CURRENT_BINARY_DIR}/compile_flags)
  file(GENERATE OUTPUT ${file} CONTENT "$<$<BOOL:${own}>:-I$<JOIN:${own},\n-I>>\n$<$<BOOL:${others}>:-isystem $<JOIN:${others},\n-isystem >>\n")
  set(tet_compile_flags ${file} PARENT_SCOPE)
endfunction()

# A test of sources that a compiler takes, called with the arguments after `compiler`; skipped where it is not found.
function(tet_add_compiler_test name compiler_name compiler)
  if(compiler)
    add_test(NAME ${name} COMMAND ${compiler} ${ARGN})
  else()
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: ${compiler_name} is not found")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: ${compiler_name} is not found")
  endif()
endfunction()

# Compiles one source as CUDA C++ for host and device, with warnings as errors; skipped without nvcc. More arguments are options.
function(tet_add_cuda_test name source)
  string(MAKE_C_IDENTIFIER ${name} object)
  tet_add_compiler_test(${name} nvcc "${TET_NVCC}" -std=c++20 -arch=${cuda_architecture}
                        -Werror all-warnings -Xcompiler=-Wall,-Wextra,-Wno-psabi,-Werror
                        --options-file ${tet_compile_flags} -ccbin ${CMAKE_CXX_COMPILER} ${ARGN}
                        -x cu -c ${source} -o ${CMAKE_CURRENT_BINARY_DIR}/${object}.o)
  set_tests_properties(${name} PROPERTIES LABELS cuda TIMEOUT 300)
endfunction()

# Compiles one source for aarch64, with warnings as errors; skipped without the cross compiler. oneTBB's headers, the same for
# every processor, mostly lie among those of the system, which are not: links name them alone.
function(tet_add_aarch64_test name source)
  string(MAKE_C_IDENTIFIER ${name} object)
  set(links ${CMAKE_CURRENT_BINARY_DIR}/aarch64_include)
  get_target_property(hints TBB::tbb INTERFACE_INCLUDE_DIRECTORIES)
  find_path(tbb_dir oneapi/tbb/parallel_for.h HINTS ${hints} NO_CACHE)
  file(MAKE_DIRECTORY ${links})
  foreach(folder IN ITEMS oneapi tbb)
    file(CREATE_LINK ${tbb_dir}/${folder} ${links}/${folder} SYMBOLIC)
  endforeach()
  tet_add_compiler_test(${name} aarch64-linux-gnu-g++ "${TET_AARCH64_COMPILER}" -std=c++20 -O1 -Wall -Wextra -Wno-psabi -Werror
                        @${tet_compile_flags} -isystem ${links} -c ${source} -o ${CMAKE_CURRENT_BINARY_DIR}/${object}.o)
  set_tests_properties(${name} PROPERTIES LABELS aarch64 TIMEOUT 900)
endfunction()

# Configures, builds and runs tests/consumer/<part>.cpp as a project of its own that gets tet in the given way.
function(tet_add_consumer_test way part)
  set(name "consumer: ${way}, ${part}")
  add_test(NAME ${name}
           COMMAND ${CMAKE_CTEST_COMMAND} --build-and-test
                   ${CMAKE_CURRENT_SOURCE_DIR}/consumer ${CMAKE_CURRENT_BINARY_DIR}/consumer/${way}_${part}
                   --build-generator ${CMAKE_GENERATOR} --build-noclean
                   --build-options -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_PREFIX_PATH=${TET_DEPENDENCIES_DIR}
                                   -Dway=${way} -Dpart=${part} -Dtet_source=${PROJECT_SOURCE_DIR}
                                   -Dexpected_version=${PROJECT_VERSION} ${ARGN}
                   --test-command consumer)
  set_tests_properties(${name} PROPERTIES LABELS consumer TIMEOUT 600)
endfunction()
