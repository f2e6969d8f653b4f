# SPDX-License-Identifier: MIT
# Finds the packages that tet needs, and gets those that are missing where TET_FETCH_DEPENDENCIES allows it.
# docs/dependencies.md tells what each is for. The order:
#   1. find_package, as for any project;
#   2. Debian packages, where apt-get is there and may install (root, or sudo without a password);
#   3. the pinned release archive, checked by SHA-256, built and installed into TET_DEPENDENCIES_DIR;
#   4. for what the library itself needs: the pinned PyPI package, fetched by pip, checked by SHA-256;
#   5. an error that says what to type.
# Without TET_FETCH_DEPENDENCIES only 1 and 5 happen: nothing touches the network.

set(TET_DEPENDENCIES "auto" CACHE STRING "auto, or download: only steps 3 to 5, nothing of the system's")
set_property(CACHE TET_DEPENDENCIES PROPERTY STRINGS auto download)
set(TET_DEPENDENCIES_DIR "${PROJECT_BINARY_DIR}/dependencies" CACHE PATH "Where downloaded dependencies are installed")

# Each: oldest version, target, Debian package, archive, its checksum, options of its build; PyPI packages with checksums.
set(tet_Eigen3_version 3.4)
set(tet_Eigen3_target Eigen3::Eigen)
set(tet_Eigen3_apt libeigen3-dev)
set(tet_Eigen3_url https://gitlab.com/libeigen/eigen/-/archive/3.4.0/eigen-3.4.0.tar.gz)
set(tet_Eigen3_sha256 8586084f71f9bde545ee7fa6d00288b264a2b7ac3607b974e54d13e7162c1c72)
set(tet_Eigen3_options -DEIGEN_BUILD_DOC=OFF -DEIGEN_BUILD_PKGCONFIG=OFF)
set(tet_Eigen3_pip
    "cmeel-eigen==3.4.0.2 --hash=sha256:2c3efe70560aca10b9d5b9bac6c883057d30aa08fc7b8cb43f4837e935b214e4")

set(tet_TBB_version 2021)
set(tet_TBB_target TBB::tbb)
set(tet_TBB_components COMPONENTS tbb)  # not its allocator
set(tet_TBB_apt libtbb-dev)
set(tet_TBB_url https://github.com/oneapi-src/oneTBB/archive/refs/tags/v2021.12.0.tar.gz)
set(tet_TBB_sha256 c7bb7aa69c254d91b8f0041a71c5bcc3936acb64408a1719aec0b2b7639dd84f)
set(tet_TBB_options -DTBB_TEST=OFF -DTBB_STRICT=OFF -DTBBMALLOC_BUILD=OFF)
set(tet_TBB_pip
    "tbb==2021.13.1 --hash=sha256:d916359dc685579d09e4b344241550afc1cc034f7f5ec7234c258b6680912d70"
    "tbb-devel==2021.13.1 --hash=sha256:94aab8595063794c802c6d311fa19dee1a0b97f9d1b60660b3bf03b0a21f6563")

set(tet_doctest_version 2.4.9)
set(tet_doctest_target doctest::doctest)
set(tet_doctest_apt doctest-dev)
set(tet_doctest_url https://github.com/doctest/doctest/archive/refs/tags/v2.4.11.tar.gz)
set(tet_doctest_sha256 632ed2c05a7f53fa961381497bf8069093f0d6628c5f26286161fbd32a560186)
set(tet_doctest_options -DDOCTEST_WITH_TESTS=OFF)

set(tet_nlohmann_json_version 3.10)
set(tet_nlohmann_json_target nlohmann_json::nlohmann_json)
set(tet_nlohmann_json_apt nlohmann-json3-dev)
set(tet_nlohmann_json_url https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz)
set(tet_nlohmann_json_sha256 d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
set(tet_nlohmann_json_options -DJSON_BuildTests=OFF)

set(tet_CLI11_version 2.1)
set(tet_CLI11_target CLI11::CLI11)
set(tet_CLI11_apt libcli11-dev)
set(tet_CLI11_url https://github.com/CLIUtils/CLI11/archive/refs/tags/v2.4.2.tar.gz)
set(tet_CLI11_sha256 f2d893a65c3b1324c50d4e682c0cdc021dd0477ae2c048544f39eed6654b699a)
set(tet_CLI11_options -DCLI11_BUILD_TESTS=OFF -DCLI11_BUILD_EXAMPLES=OFF -DCLI11_BUILD_DOCS=OFF)

set(tet_benchmark_version 1.6)
set(tet_benchmark_target benchmark::benchmark_main)
set(tet_benchmark_apt libbenchmark-dev)
set(tet_benchmark_url https://github.com/google/benchmark/archive/refs/tags/v1.8.3.tar.gz)
set(tet_benchmark_sha256 6bc180a57d23d4d9515519f92b0c83d61b05b5bab188961f36ac7b06b0d9e9ce)
set(tet_benchmark_options -DBENCHMARK_ENABLE_TESTING=OFF -DBENCHMARK_ENABLE_WERROR=OFF)

# Appends to `missing` what find_package does not find. GLOBAL: tet::tet names these targets, and is linked by parent projects.
function(_tet_find missing)
  set(not_found)
  foreach(name IN LISTS ARGN)
    if(TARGET ${tet_${name}_target})
      continue()
    endif()
    set(where)
    if(TET_DEPENDENCIES STREQUAL "download")
      set(where NO_DEFAULT_PATH)
    endif()
    find_package(${name} ${tet_${name}_components} CONFIG QUIET GLOBAL PATHS ${TET_DEPENDENCIES_DIR} ${where})
    if(NOT ${name}_FOUND)
      list(APPEND not_found ${name})
    elseif(${name}_VERSION VERSION_LESS tet_${name}_version)
      message(FATAL_ERROR "tet needs ${name} ${tet_${name}_version} or newer; found ${${name}_VERSION} in ${${name}_DIR}")
    else()
      message(STATUS "tet: ${name} ${${name}_VERSION} in ${${name}_DIR}")
    endif()
  endforeach()
  set(${missing} ${not_found} PARENT_SCOPE)
endfunction()

function(_tet_install_debian_packages)
  find_program(apt_get apt-get NO_CACHE)
  if(NOT apt_get)
    return()
  endif()
  set(sudo)
  execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT user EQUAL 0)
    execute_process(COMMAND sudo -n true RESULT_VARIABLE refused OUTPUT_QUIET ERROR_QUIET)
    if(NOT refused EQUAL 0)
      return()
    endif()
    set(sudo sudo -n)
  endif()
  list(JOIN ARGN " " packages)
  message(STATUS "tet: apt-get install ${packages}")
  execute_process(COMMAND ${sudo} ${apt_get} update -qq)
  execute_process(COMMAND ${sudo} env DEBIAN_FRONTEND=noninteractive ${apt_get} install -y -qq --no-install-recommends
                          -o DPkg::Lock::Timeout=120 ${ARGN})
endfunction()

# Downloads, builds and installs one release archive. Leaves no trace where the host cannot be reached.
function(_tet_build_archive name)
  set(work ${TET_DEPENDENCIES_DIR}/work/${name})
  set(archive ${work}/archive)
  message(STATUS "tet: downloading ${tet_${name}_url}")
  file(DOWNLOAD ${tet_${name}_url} ${archive} STATUS status INACTIVITY_TIMEOUT 30)
  list(POP_FRONT status code text)
  if(NOT code EQUAL 0)
    message(STATUS "tet: not to be had: ${text}")
    file(REMOVE_RECURSE ${work})
    return()
  endif()
  file(SHA256 ${archive} got)
  if(NOT got STREQUAL tet_${name}_sha256)
    message(FATAL_ERROR "tet: ${tet_${name}_url}: SHA-256 is ${got}, expected ${tet_${name}_sha256}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${work}/source)
  file(GLOB source ${work}/source/*)
  set(log OUTPUT_FILE ${work}/log ERROR_FILE ${work}/log COMMAND_ERROR_IS_FATAL ANY)
  message(STATUS "tet: building ${name} (log: ${work}/log)")
  # The policy floor lets CMake 4 configure projects that still ask for CMake 3.0.
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${source} -B ${work}/build -G ${CMAKE_GENERATOR} -DCMAKE_BUILD_TYPE=Release
                          -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_INSTALL_PREFIX=${TET_DEPENDENCIES_DIR}
                          -DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DBUILD_TESTING=OFF ${tet_${name}_options} ${log})
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${work}/build --parallel 2 ${log})
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${work}/build ${log})
  file(REMOVE_RECURSE ${work})
endfunction()

# Fetches wheels that carry headers, libraries and a CMake package, and unpacks them; pip checks the checksums.
function(_tet_unpack_wheels name)
  find_program(python python3 NO_CACHE)
  if(NOT python OR NOT tet_${name}_pip)
    return()
  endif()
  set(work ${TET_DEPENDENCIES_DIR}/work/${name})
  list(JOIN tet_${name}_pip "\n" requirements)
  file(WRITE ${work}/requirements.txt "${requirements}\n")
  message(STATUS "tet: fetching ${name} with pip")
  execute_process(COMMAND ${python} -m pip download --quiet --no-deps --require-hashes --only-binary :all:
                          --dest ${work} --requirement ${work}/requirements.txt
                  RESULT_VARIABLE code ERROR_VARIABLE text)
  if(code EQUAL 0)
    file(GLOB wheels ${work}/*.whl)
    foreach(wheel IN LISTS wheels)
      file(ARCHIVE_EXTRACT INPUT ${wheel} DESTINATION ${work}/tree)
    endforeach()
    file(GLOB prefixes ${work}/tree/*.data/data ${work}/tree/cmeel.prefix)
    foreach(prefix IN LISTS prefixes)
      file(COPY ${prefix}/ DESTINATION ${TET_DEPENDENCIES_DIR})
    endforeach()
  else()
    message(STATUS "tet: not to be had: ${text}")
  endif()
  file(REMOVE_RECURSE ${work})
endfunction()

# Makes the named packages available, or stops and says what to type.
function(tet_require)
  _tet_find(missing ${ARGN})
  if(missing AND TET_FETCH_DEPENDENCIES)
    if(NOT TET_DEPENDENCIES STREQUAL "download")
      list(TRANSFORM missing REPLACE "(.+)" "tet_\\1_apt" OUTPUT_VARIABLE variables)
      set(packages)
      foreach(variable IN LISTS variables)
        list(APPEND packages ${${variable}})
      endforeach()
      _tet_install_debian_packages(${packages})
      _tet_find(missing ${missing})
    endif()
    foreach(step IN ITEMS _tet_build_archive _tet_unpack_wheels)
      foreach(name IN LISTS missing)
        cmake_language(CALL ${step} ${name})
      endforeach()
      _tet_find(missing ${missing})
    endforeach()
  endif()
  if(missing)
    set(packages)
    foreach(name IN LISTS missing)
      string(APPEND packages " ${tet_${name}_apt}")
    endforeach()
    list(JOIN missing ", " names)
    message(FATAL_ERROR "tet: missing: ${names}. On Debian or Ubuntu type\n"
                        "  apt-get update && apt-get install -y${packages}\n"
                        "as root, or add the folder where they are installed to CMAKE_PREFIX_PATH. "
                        "-DTET_FETCH_DEPENDENCIES=ON, or the presets demo and check, get what can be had.")
  endif()
endfunction()
