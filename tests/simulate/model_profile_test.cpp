#include "simulate/model_profile.hpp"

#include <gmock/gmock.h>

#include <ember/error.hpp>

namespace ember::simulate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ModelProfile, a_bare_name_is_always_right) {
  const ModelProfile profile = ModelProfile::parse("llama3:8b");
  EXPECT_EQ(profile.name, "llama3:8b");
  EXPECT_EQ(profile.skill, 1);
  EXPECT_FALSE(profile.latency);
}

TEST(ModelProfile, reads_skill_and_latency) {
  const ModelProfile profile = ModelProfile::parse("org/llama3:8b:latency=lognormal:100ms,0.5,skill=0.75");
  EXPECT_EQ(profile.name, "org/llama3:8b");
  EXPECT_EQ(profile.skill, 0.75);
  ASSERT_TRUE(profile.latency);
  EXPECT_EQ(profile.latency->median(), 100ms);
  EXPECT_EQ(profile.latency->sigma(), 0.5);
}

TEST(ModelProfile, says_what_is_wrong) {
  EXPECT_THAT([] { ModelProfile::parse("a:skil=1"); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("'skil=1' is not a setting of model 'a'")));
  EXPECT_THAT([] { ModelProfile::parse("a:skill=2"); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("expected 0 to 1")));
  EXPECT_THAT([] { ModelProfile::parse("a:latency=fast"); },
              ThrowsMessage<InvalidArgumentError>(HasSubstr("'fast' is not a duration")));
  EXPECT_THROW(ModelProfile::parse(""), InvalidArgumentError);
  EXPECT_THROW(ModelProfile::parse(":skill=1"), InvalidArgumentError);
  EXPECT_THROW(ModelProfile::parse("a=b"), InvalidArgumentError);
}

}  // namespace
}  // namespace ember::simulate
