# SPDX-License-Identifier: MIT
# One test of misuse. Before: mode (accepted or refused), compiler, flags (file), source.
#   accepted: the source compiles as it stands, so that nothing but the misuse can be at fault;
#   refused:  with -DTET_SHOULD_FAIL it does not, and the compiler prints what each line `// expect-error: <regex>` says.

set(ENV{LC_ALL} C)  # plain quotes in messages
set(define)
if(mode STREQUAL "refused")
  set(define -DTET_SHOULD_FAIL)
endif()
execute_process(COMMAND ${compiler} -std=c++20 -fsyntax-only -Wno-psabi @${flags} ${define} ${source}
                OUTPUT_VARIABLE text ERROR_VARIABLE text RESULT_VARIABLE code)
message("${text}")

if(mode STREQUAL "accepted")
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "does not compile without the misuse")
  endif()
  return()
endif()

if(code EQUAL 0)
  message(FATAL_ERROR "the misuse compiles")
endif()
file(READ ${source} lines)
string(REGEX MATCHALL "// expect-error: [^\n]+" expected "${lines}")
if(NOT expected)
  message(FATAL_ERROR "no line says `// expect-error: <regex>`")
endif()
while(lines MATCHES "// expect-error: ([^\n]+)")
  set(regex "${CMAKE_MATCH_1}")
  string(FIND "${lines}" "// expect-error: ${regex}" start)
  string(LENGTH "// expect-error: ${regex}" length)
  math(EXPR start "${start} + ${length}")
  string(SUBSTRING "${lines}" ${start} -1 lines)
  if(NOT text MATCHES "${regex}")
    message(FATAL_ERROR "the compiler's message does not match: ${regex}")
  endif()
endwhile()
