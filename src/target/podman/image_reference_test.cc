#include "target/podman/image_reference.h"

#include <gtest/gtest.h>
#include <string>

#include "codec/yaml.h"
#include "target/podman/images.h"

namespace rumbo::target::podman {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

TEST(ImageReference, ReadsAsKubernetesDoes) {
  struct Row {
    std::string text, whole;
    bool here, loopback;
  };
  for (const Row& row : {
           Row{"nginx", "docker.io/library/nginx:latest", false, false},
           Row{"nginx:1.25", "docker.io/library/nginx:1.25", false, false},
           Row{"me/web", "docker.io/me/web:latest", false, false},
           Row{"index.docker.io/nginx", "docker.io/library/nginx:latest", false, false},
           Row{"localhost/web:1", "localhost/web:1", true, true},
           Row{"localhost:5000/web:1", "localhost:5000/web:1", false, true},
           Row{"127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c:latest", false, true},
           Row{"[::1]:5000/web", "[::1]:5000/web:latest", false, true},
           Row{"r.example/web:1@" + kDigest, "r.example/web@" + kDigest, false, false},
           Row{"127.0.0.1.example/web", "127.0.0.1.example/web:latest", false, false},
       }) {
    const auto read = parse_image(row.text);
    ASSERT_TRUE(read) << row.text << ": " << read.error().to_string();
    EXPECT_EQ(read->to_string(), row.whole);
    EXPECT_EQ(read->built_here(), row.here) << row.text;
    EXPECT_EQ(read->loopback(), row.loopback) << row.text;
  }
}

TEST(ImageReference, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("UPPER/Case"), std::string("a//b"), std::string("a:"),
        std::string("a b"), std::string("web@sha256:12"), std::string("../x"), std::string("a/-b"),
        std::string("https://r.example/web"), std::string(600, 'a'), std::string("a:b:c/")}) {
    const auto read = parse_image(text);
    EXPECT_FALSE(read) << text << " became " << read->to_string();
  }
}

TEST(ImagesOf, TakesPolicyAndItsDefault) {
  const Value object = *codec::parse_yaml_value(R"(
kind: Deployment
spec:
  template:
    spec:
      initContainers: [{name: i, image: "a:1", imagePullPolicy: Always}]
      containers:
      - {name: a, image: "b:1"}
      - {name: b, image: c}
      - {name: c, image: "c:latest", imagePullPolicy: IfNotPresent}
      - {name: d, image: "d:1", imagePullPolicy: Never}
      - {name: e, image: "b:1"}
)");
  const auto uses = images_of(object);
  const std::vector<ImageUse> wanted = {{"a:1", PullPolicy::always},
                                        {"b:1", PullPolicy::missing},
                                        {"c", PullPolicy::always},
                                        {"c:latest", PullPolicy::missing},
                                        {"d:1", PullPolicy::never}};
  EXPECT_EQ(uses, wanted);
}

}  // namespace
}  // namespace rumbo::target::podman
