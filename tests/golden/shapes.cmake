# SPDX-License-Identifier: MIT
# A network's sizes are part of its type, so the tests of whole networks are compiled for those of the golden files. They are
# read from the files' headers: 8 bytes of length, little-endian, then that many bytes of JSON.

# Extent `axis` of an array of a file in TET_GOLDEN_DIR -> out.
function(tet_golden_extent file array axis out)
  set(path "${TET_GOLDEN_DIR}/${file}")
  if(NOT EXISTS "${path}")
    message(FATAL_ERROR "golden vectors: ${path} is missing; TET_GOLDEN_DIR names their folder")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
  file(READ "${path}" bytes LIMIT 4 HEX)  # a header is far below 4 GiB
  string(REGEX REPLACE "(..)(..)(..)(..)" "0x\\4\\3\\2\\1" length "${bytes}")
  math(EXPR length "${length}")
  file(READ "${path}" header OFFSET 8 LIMIT ${length})
  string(JSON extent ERROR_VARIABLE problem GET "${header}" "${array}" shape ${axis})
  if(problem)
    message(FATAL_ERROR "golden vectors: ${path}, array ${array}, axis ${axis}: ${problem}")
  endif()
  set(${out} ${extent} PARENT_SCOPE)
endfunction()

# Channels, height and width of an input [T, B, C, H, W] -> <prefix>_channels, <prefix>_height, <prefix>_width.
macro(tet_golden_input file array prefix)
  tet_golden_extent(${file} ${array} 2 ${prefix}_channels)
  tet_golden_extent(${file} ${array} 3 ${prefix}_height)
  tet_golden_extent(${file} ${array} 4 ${prefix}_width)
endmacro()

# Writes tests/golden/shapes.hpp below `folder`.
function(tet_write_golden_shapes folder)
  tet_golden_input(tiny_bn.f64.safetensors x tiny)
  tet_golden_extent(tiny_bn.f64.safetensors init.conv1.weight 0 tiny_first)
  tet_golden_extent(tiny_bn.f64.safetensors init.conv2.weight 0 tiny_second)
  tet_golden_extent(tiny_bn.f64.safetensors init.fc.weight 0 tiny_classes)
  foreach(block IN ITEMS down same)
    tet_golden_input(residual.f64.safetensors ${block}.x ${block})
    tet_golden_extent(residual.f64.safetensors ${block}.conv1.weight 0 ${block}_out)
  endforeach()
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/shapes.hpp.in ${folder}/tests/golden/shapes.hpp @ONLY)
endfunction()
