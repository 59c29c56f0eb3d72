#include "exec/device_driver.hpp"

#include <dlfcn.h>

#include <array>
#include <cstddef>
#include <optional>

namespace ember::xcs {
namespace {

// The driver's C interface, as far as it is used: results are 0 for success, devices are numbers.
using Init = int (*)(unsigned flags);
using CountDevices = int (*)(int* count);
using GetDevice = int (*)(int* device, int ordinal);
using GetName = int (*)(char* name, int size, int device);
using GetMemory = int (*)(std::size_t* bytes, int device);

struct Driver {
  Init init = nullptr;
  CountDevices count_devices = nullptr;
  GetDevice get_device = nullptr;
  GetName get_name = nullptr;
  GetMemory get_memory = nullptr;
};

std::string last_loading_error() {
  const char* const text = ::dlerror();
  return text ? text : "no reason given";
}

/// A library that lacks any of the functions is no driver that can be asked.
template <typename Function>
bool find(void* library, const char* name, Function& function, std::string& problem) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) problem = last_loading_error();
  return function != nullptr;
}

std::optional<Driver> load(const std::string& library, std::string& problem) {
  // Stays loaded: a driver that was initialised has threads and exit handlers of its own.
  void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    problem = last_loading_error();
    return std::nullopt;
  }
  Driver driver;
  if (find(handle, "cuInit", driver.init, problem) &&
      find(handle, "cuDeviceGetCount", driver.count_devices, problem) &&
      find(handle, "cuDeviceGet", driver.get_device, problem) &&
      find(handle, "cuDeviceGetName", driver.get_name, problem) &&
      find(handle, "cuDeviceTotalMem_v2", driver.get_memory, problem)) {
    return driver;
  }
  ::dlclose(handle);
  return std::nullopt;
}

std::optional<Device> gpu_at(const Driver& driver, int ordinal) {
  int number = 0;
  if (driver.get_device(&number, ordinal) != 0) return std::nullopt;
  Device gpu{"gpu", ordinal, "NVIDIA GPU", 0};
  std::array<char, 256> name{};
  // One byte is kept back: not every driver ends a name that it had to cut.
  if (driver.get_name(name.data(), static_cast<int>(name.size()) - 1, number) == 0 && name[0] != '\0') {
    gpu.name = name.data();
  }
  std::size_t bytes = 0;
  if (driver.get_memory(&bytes, number) == 0) gpu.memory_bytes = bytes;
  return gpu;
}

}  // namespace

DriverAnswer ask_driver(const std::string& library) {
  DriverAnswer answer;
  const auto driver = load(library, answer.problem);
  if (!driver) return answer;
  int count = 0;
  if (const int status = driver->init(0); status != 0) {
    answer.problem = library + ": cuInit failed with status " + std::to_string(status);
    return answer;
  }
  if (const int status = driver->count_devices(&count); status != 0) {
    answer.problem = library + ": cuDeviceGetCount failed with status " + std::to_string(status);
    return answer;
  }
  for (int ordinal = 0; ordinal < count; ++ordinal) {
    if (auto gpu = gpu_at(*driver, ordinal)) answer.gpus.push_back(*std::move(gpu));
  }
  if (answer.gpus.empty()) answer.problem = library + ": the driver shows no device";
  return answer;
}

const DriverAnswer& driver_answer() {
  static const DriverAnswer answer = ask_driver("libcuda.so.1");
  return answer;
}

}  // namespace ember::xcs
