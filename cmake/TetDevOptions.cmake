# SPDX-License-Identifier: MIT
# What only our own executables are compiled with; nothing of it reaches a consumer.

add_library(tet_dev_options INTERFACE)
set(host_options)  # of nvcc's host compiler, which gets them in one list
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  # psabi: GCC notes that vector types are passed differently with other -march flags; no Pack crosses an object file here.
  target_compile_options(tet_dev_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Werror;-Wno-psabi>")
  # nvcc's own code does not pass -Wpedantic and -Wshadow.
  list(APPEND host_options -Wall -Wextra -Werror -Wno-psabi)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False reports: GCC bug 105651 on "text" + std::string, bug 105593 in the compiler's own AVX-512 header.
  target_compile_options(tet_dev_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict;-Wno-uninitialized;-Wno-maybe-uninitialized>")
  list(APPEND host_options -Wno-restrict -Wno-uninitialized -Wno-maybe-uninitialized)
endif()
if(TET_NATIVE)
  target_compile_options(tet_dev_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=native>)
  list(APPEND host_options -march=native)
endif()
if(TET_SANITIZE)
  target_compile_options(tet_dev_options INTERFACE -fsanitize=${TET_SANITIZE} -fno-sanitize-recover=all
                                                   -fno-omit-frame-pointer)
  target_link_options(tet_dev_options INTERFACE -fsanitize=${TET_SANITIZE})
endif()
if(tet_cuda_enabled)
  list(JOIN host_options "," host_options)
  target_compile_options(
    tet_dev_options INTERFACE "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Werror all-warnings>"
                              "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Xcompiler=${host_options}>")
endif()

# An executable of ours: standard C++ without the compiler's language extensions, and the options above.
function(tet_add_executable name)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF CUDA_EXTENSIONS OFF)
  target_link_libraries(${name} PRIVATE tet::tet tet_dev_options)
endfunction()
