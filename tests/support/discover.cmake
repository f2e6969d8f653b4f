# SPDX-License-Identifier: MIT
# Read by CTest: makes a test of each test case that a doctest executable lists.
# Before: folder, launcher, executable, properties (of each test).

set(cases)
if(EXISTS ${executable})
  execute_process(COMMAND ${launcher} ${executable} --list-test-cases --no-colors OUTPUT_VARIABLE cases ERROR_VARIABLE errors
                  RESULT_VARIABLE code)
endif()
if(NOT cases OR NOT code EQUAL 0)
  # An executable that is not built, or does not start, is a failed test rather than a missing one.
  add_test("${folder}: executable" "${executable}" --list-test-cases)
  return()
endif()

# Square brackets and semicolons would bind or split elements of a list.
string(ASCII 1 open)
string(ASCII 2 close)
string(ASCII 3 semicolon)
string(REPLACE "[" "${open}" cases "${cases}")
string(REPLACE "]" "${close}" cases "${cases}")
string(REPLACE ";" "${semicolon}" cases "${cases}")
string(REPLACE "\n" ";" cases "${cases}")

foreach(name IN LISTS cases)
  if(name STREQUAL "" OR name MATCHES "^(${open}doctest${close}|=====)")
    continue()
  endif()
  string(REPLACE "${open}" "[" name "${name}")
  string(REPLACE "${close}" "]" name "${name}")
  string(REPLACE "${semicolon}" ";" name "${name}")
  string(REPLACE "\\" "\\\\" filter "${name}")
  string(REPLACE "," "\\," filter "${filter}")
  add_test("${folder}: ${name}" ${launcher} "${executable}" "--test-case=${filter}")
  set_tests_properties("${folder}: ${name}" PROPERTIES ${properties})
  if(name MATCHES "\\[gpu\\]$")
    set_tests_properties("${folder}: ${name}" PROPERTIES LABELS gpu)
  endif()
endforeach()
