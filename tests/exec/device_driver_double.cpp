// A small driver library with the five functions that are asked for GPUs: two devices. Variants by macro: one
// function missing, a failing start, no device, and devices that fail to answer.
#include <cstddef>
#include <cstdio>

namespace {
constexpr int success = 0;
constexpr int failure = 999;
[[maybe_unused]] constexpr std::size_t gibibyte = std::size_t{1} << 30U;
}  // namespace

extern "C" {

int cuInit(unsigned flags) {
#ifdef DRIVER_FAILS_TO_START
  return flags == 0 ? failure : success;
#else
  return flags == 0 ? success : failure;
#endif
}

int cuDeviceGetCount(int* count) {
#ifdef DRIVER_HAS_NO_DEVICE
  *count = 0;
#else
  *count = 2;
#endif
  return success;
}

// Devices are numbered unlike their ordinals: who mixes them up finds none.
int cuDeviceGet(int* device, int ordinal) {
  if (ordinal < 0 || ordinal > 1) return failure;
  *device = 100 + ordinal;
  return success;
}

int cuDeviceGetName(char* name, int size, int device) {
#ifdef DRIVER_KNOWS_NO_DETAILS
  (void)name, (void)size, (void)device;
  return failure;
#else
  if (device < 100 || device > 101) return failure;
  return std::snprintf(name, static_cast<std::size_t>(size), "Test GPU %c", device == 100 ? 'A' : 'B') > 0
             ? success
             : failure;
#endif
}

#ifndef DRIVER_LACKS_MEMORY
int cuDeviceTotalMem_v2(std::size_t* bytes, int device) {
#ifdef DRIVER_KNOWS_NO_DETAILS
  (void)bytes, (void)device;
  return failure;
#else
  if (device < 100 || device > 101) return failure;
  *bytes = (device == 100 ? 80 : 24) * gibibyte;
  return success;
#endif
}
#endif

}  // extern "C"
