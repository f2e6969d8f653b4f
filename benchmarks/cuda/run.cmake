# SPDX-License-Identifier: MIT
# Runs the benchmarks of a machine with a GPU and compares the backends (target run_cuda_benchmarks).
# Before: host, device (executables), python (may be empty), compare, results (a folder).
find_program(smi nvidia-smi)
set(gpu)
if(smi)
  execute_process(COMMAND ${smi} --query-gpu=name --format=csv,noheader OUTPUT_VARIABLE gpu ERROR_QUIET RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    set(gpu)
  endif()
endif()
string(STRIP "${gpu}" gpu)
if(NOT gpu)
  message("skipped: no CUDA device, so there is nothing to compare the CPU with")
  return()
endif()
message("device: ${gpu}")
file(MAKE_DIRECTORY ${results})

# The device first: its share takes minutes, the CPU's at B = 128 much longer.
function(run executable name)
  execute_process(COMMAND ${executable} --benchmark_out=${results}/${name}.json --benchmark_out_format=json ${ARGN}
                  COMMAND_ERROR_IS_FATAL ANY)
endfunction()
run(${device} cuda --benchmark_repetitions=10 --benchmark_display_aggregates_only=true)
run(${host} cpu --benchmark_filter=^train_step/)

if(NOT python)
  message("no Python 3: the results are in ${results}; benchmarks/compare.py cpu.json cuda.json makes a table of them")
  return()
endif()
execute_process(COMMAND ${python} -c "import matplotlib" RESULT_VARIABLE no_matplotlib OUTPUT_QUIET ERROR_QUIET)
set(picture --svg ${results}/throughput.svg)
if(no_matplotlib)
  message("no matplotlib for ${python}: a table, and no picture")
  set(picture)
endif()
execute_process(COMMAND ${python} ${compare} ${results}/cpu.json ${results}/cuda.json ${picture}
                COMMAND_ERROR_IS_FATAL ANY)
