# SPDX-License-Identifier: MIT
# Installs the headers and the CMake package `tet` with its components `io` and, where they are built, `images` and `cuda`.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/tet)

install(TARGETS tet EXPORT tet FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tet FILE tetTargets.cmake NAMESPACE tet:: DESTINATION ${package_dir})

install(TARGETS tet_io EXPORT tet_io FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tet_io FILE tetIoTargets.cmake NAMESPACE tet:: DESTINATION ${package_dir})

if(TARGET tet_images)
  install(TARGETS tet_images EXPORT tet_images FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT tet_images FILE tetImagesTargets.cmake NAMESPACE tet:: DESTINATION ${package_dir})
endif()

if(tet_cuda_enabled)
  install(TARGETS tet_cuda EXPORT tet_cuda FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT tet_cuda FILE tetCudaTargets.cmake NAMESPACE tet:: DESTINATION ${package_dir})
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/TetCudnn.cmake DESTINATION ${package_dir})
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tetConfig.cmake.in tetConfig.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break the interface.
write_basic_package_version_file(tetConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tetConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/tetConfigVersion.cmake
        DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
