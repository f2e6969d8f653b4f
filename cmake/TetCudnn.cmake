# SPDX-License-Identifier: MIT
# Looks for cuDNN beside the CUDA toolkit. Where it is, target tet::cudnn carries it and the definition TET_HAS_CUDNN.
# Read by tet's own build and by find_package(tet COMPONENTS cuda), after find_package(CUDAToolkit).
find_path(TET_CUDNN_INCLUDE_DIR cudnn.h HINTS ENV CUDNN_ROOT PATHS ${CUDAToolkit_INCLUDE_DIRS} PATH_SUFFIXES include)
find_library(TET_CUDNN_LIBRARY cudnn HINTS ENV CUDNN_ROOT PATHS ${CUDAToolkit_LIBRARY_DIR} PATH_SUFFIXES lib lib64)
mark_as_advanced(TET_CUDNN_INCLUDE_DIR TET_CUDNN_LIBRARY)
if(TET_CUDNN_INCLUDE_DIR AND TET_CUDNN_LIBRARY AND NOT TARGET tet::cudnn)
  add_library(tet::cudnn INTERFACE IMPORTED GLOBAL)
  set_target_properties(tet::cudnn PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${TET_CUDNN_INCLUDE_DIR}
                                              INTERFACE_LINK_LIBRARIES ${TET_CUDNN_LIBRARY}
                                              INTERFACE_COMPILE_DEFINITIONS TET_HAS_CUDNN)
endif()
