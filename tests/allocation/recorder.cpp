// SPDX-License-Identifier: MIT
#include <tests/allocation/recorder.hpp>

#if TET_ALLOCATIONS_SEEN

#include <dlfcn.h>
#include <execinfo.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string_view>

// Who asked: the innermost frame that is neither libc's nor the C++ runtime's. Where it lies in oneTBB's library, TBB's
// own pool grows: the tasks that TBB's headers make come from there (r1::allocate), not from malloc. The two functions
// by which TBB hands memory out to programs are replaced like malloc, so that they count as the program's.

namespace {

constexpr int most_frames = 64;

struct Stack {
  void* frames[most_frames];
  int count = 0;
};

std::atomic<bool> recording{false};
std::atomic<int> by_program{0}, by_task_pool{0};
char const* first_function = nullptr;
std::size_t first_bytes = 0;
Stack first_stack;
thread_local bool inside = false;  // what is called from here on may allocate itself

std::string_view library_of(Dl_info const& info) {
  std::string_view const path = info.dli_fname != nullptr ? info.dli_fname : "";
  return path.substr(path.rfind('/') + 1);
}

bool is_runtime(std::string_view library) {
  constexpr std::string_view names[] = {"libc.",      "libc-", "libstdc++", "libgcc_s",
                                        "libpthread", "libm.", "libm-",     "ld-"};
  return std::any_of(std::begin(names), std::end(names),
                     [&](std::string_view name) { return library.starts_with(name); });
}

enum class Asker { program, task_pool };

/// `caller`: the address that the allocation function returns to, where the stack that matters begins.
Asker asker_of(Stack const& stack, void* caller) {
  void* const* const end = stack.frames + stack.count;
  for (void* const* at = std::find(&stack.frames[0], end, caller); at != end; ++at) {
    Dl_info info{};
    std::string_view const library = dladdr(*at, &info) != 0 ? library_of(info) : "";
    if (!is_runtime(library)) return library.starts_with("libtbb") ? Asker::task_pool : Asker::program;
  }
  return Asker::program;
}

void note(char const* function, std::size_t bytes, void* caller) {
  if (!recording.load(std::memory_order_relaxed) || inside) return;
  inside = true;
  int const error = errno;
  Stack stack;
  stack.count = backtrace(stack.frames, most_frames);
  if (asker_of(stack, caller) == Asker::task_pool) {
    ++by_task_pool;
  } else if (by_program++ == 0) {
    first_function = function;
    first_bytes = bytes;
    first_stack = stack;
  }
  errno = error;
  inside = false;
}

}  // namespace

namespace allocation {

void begin() {
  Stack warm_up;
  backtrace(warm_up.frames, most_frames);  // its first call loads a library
  by_program = by_task_pool = 0;
  recording = true;
}

Record end() {
  recording = false;
  Record record{by_program, by_task_pool};
  if (record.program == 0) return record;
  record.first = first_function + (" of " + std::to_string(first_bytes)) + " bytes";
  for (int i = 0; i < first_stack.count; ++i) {
    Dl_info info{};
    dladdr(first_stack.frames[i], &info);
    char line[200];
    auto const offset = static_cast<char*>(first_stack.frames[i]) - static_cast<char*>(info.dli_fbase);
    std::snprintf(line, sizeof line, "\n  %.60s+0x%tx %.100s", library_of(info).data(), offset,
                  info.dli_sname != nullptr ? info.dli_sname : "");
    record.first += line;
  }
  return record;
}

}  // namespace allocation

// glibc's own functions under their other names.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t bytes) {
  note("malloc", bytes, __builtin_return_address(0));
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  note("calloc", count * bytes, __builtin_return_address(0));
  return __libc_calloc(count, bytes);
}
void* realloc(void* block, std::size_t bytes) {
  note("realloc", bytes, __builtin_return_address(0));
  return __libc_realloc(block, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  note("memalign", bytes, __builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  note("aligned_alloc", bytes, __builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t bytes) {
  note("posix_memalign", bytes, __builtin_return_address(0));
  *block = __libc_memalign(alignment, bytes);
  return *block != nullptr ? 0 : ENOMEM;
}
}

namespace tbb::detail::r1 {

using Allocate = void* (*)(std::size_t);

void* cache_aligned_allocate(std::size_t bytes) {
  static auto const original = Allocate(dlsym(RTLD_NEXT, "_ZN3tbb6detail2r122cache_aligned_allocateEm"));
  note("tbb::cache_aligned_allocate", bytes, __builtin_return_address(0));
  return original(bytes);
}
void* allocate_memory(std::size_t bytes) {
  static auto const original = Allocate(dlsym(RTLD_NEXT, "_ZN3tbb6detail2r115allocate_memoryEm"));
  note("tbb::allocate_memory", bytes, __builtin_return_address(0));
  return original(bytes);
}

}  // namespace tbb::detail::r1

#else

namespace allocation {

void begin() {}
Record end() { return {}; }

}  // namespace allocation

#endif
