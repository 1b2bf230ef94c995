// Signatures of commits and tags: real git, ssh-keygen and gpg.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "repository.h"

namespace rumbo::git_test {
namespace {

class GitVerify : public ::testing::Test {
 protected:
  Sources sources_;
  Repository repository_{sources_.folder, "origin"};
  const std::string keys_ = sources_.folder.path() + "/keys";

  void SetUp() override {
    ASSERT_TRUE(io::real_filesystem().make_directories(keys_ + "/gnupg", 0700));
    repository_.write("a", "1");
  }

  std::string run(std::vector<std::string> argv, const std::string& input = "") {
    io::Command command;
    command.argv = std::move(argv);
    command.env = io::minimal_environment();
    command.env["GNUPGHOME"] = keys_ + "/gnupg";
    command.input = input;
    const auto exit = io::real_process().run(command, Cancel());
    EXPECT_TRUE(exit && exit->status == 0) << command.argv[0] << (exit ? exit->err : "");
    return exit ? std::string(trim(exit->out)) : "";
  }
  /// A new ssh key; its line for a file of allowed signers.
  std::string ssh_key(const std::string& name) {
    run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", keys_ + "/" + name});
    return name + "@example.com " + *io::real_filesystem().read_all(keys_ + "/" + name + ".pub");
  }
  void sign_by_ssh(const std::string& name) {
    repository_.git({"config", "gpg.format", "ssh"});
    repository_.git({"config", "user.signingkey", keys_ + "/" + name});
  }
  std::string gpg_key(const std::string& name) {
    run({"gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key",
         name + " <" + name + "@example.com>", "ed25519", "sign", "never"});
    return run({"gpg", "--armor", "--export", name + "@example.com"}) + "\n";
  }
  std::string file(const std::string& name, const std::string& text) {
    const std::string path = keys_ + "/" + name;
    EXPECT_TRUE(io::real_filesystem().write_atomic(path, text));
    return path;
  }
  std::string commit(bool sign) {
    repository_.write("a", std::to_string(++count_));
    repository_.git({"add", "--all"});
    io::Command command;
    std::vector<std::string> words{"commit", "--quiet", "--message", "c"};
    if (sign) words.emplace_back("--gpg-sign");
    repository_.git(words);
    return repository_.git({"rev-parse", "HEAD"});
  }
  /// "ok SIGNER" or the error.
  std::string look(const GitSpec& spec) {
    const auto found = sources_.look(spec);
    if (found) return "ok " + (*found)->revision().signer;
    EXPECT_EQ(found.error().code(), Code::denied) << found.error().to_string();
    EXPECT_EQ(found.error().retry(), Retry::never);
    EXPECT_FALSE(found.error().hint().empty());
    return found.error().to_string();
  }
  static bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
  }

  int count_ = 0;
};

TEST_F(GitVerify, SshSignaturesOfCommits) {
  GitSpec spec = branch(repository_.url());
  spec.verify.allowed_signers_file = file("allowed", ssh_key("ann"));
  static_cast<void>(ssh_key("eve"));
  const std::string plain = commit(false);
  std::string said = look(spec);
  EXPECT_TRUE(has(said, "commit " + plain + " by Test <test@example.com> is not signed")) << said;
  sign_by_ssh("ann");
  commit(true);
  said = look(spec);
  EXPECT_TRUE(has(said, "ok ann@example.com (SHA256:")) << said;
  spec.verify.signers = {"bob@example.com"};
  said = look(spec);
  EXPECT_TRUE(has(said, "is signed by ann@example.com (SHA256:")) << said;
  EXPECT_TRUE(has(said, "not among verify.signers")) << said;
  spec.verify.signers = {"ann@example.com"};
  EXPECT_TRUE(has(look(spec), "ok ann")) << look(spec);
  sign_by_ssh("eve");
  const std::string evil = commit(true);
  said = look(spec);
  EXPECT_TRUE(has(said, evil)) << said;
  EXPECT_TRUE(has(said, "SHA256:")) << said;
  EXPECT_TRUE(has(said, "no line of the allowed signers names")) << said;
  // The key is taken in: the same commit is good now, without a restart.
  spec.verify.signers = {};
  file("allowed", *io::real_filesystem().read_all(keys_ + "/allowed") + "eve@example.com " +
                      *io::real_filesystem().read_all(keys_ + "/eve.pub"));
  EXPECT_TRUE(has(look(spec), "ok eve@example.com")) << look(spec);
  // And thrown out again.
  file("allowed", "ann@example.com " + *io::real_filesystem().read_all(keys_ + "/ann.pub"));
  EXPECT_FALSE(has(look(spec), "ok "));
}

TEST_F(GitVerify, AForgedCommitIsRefused) {
  GitSpec spec = branch(repository_.url());
  spec.verify.allowed_signers_file = file("allowed", ssh_key("ann"));
  sign_by_ssh("ann");
  commit(true);
  // The same signature over another tree.
  std::string object = repository_.git({"cat-file", "commit", "HEAD"}) + "\n";
  repository_.write("a", "evil");
  repository_.git({"add", "--all"});
  const std::string tree = repository_.git({"write-tree"});
  object.replace(5, 40, tree);
  const std::string forged = run(
      {"git", "-C", repository_.path(), "hash-object", "-w", "-t", "commit", "--stdin"}, object);
  repository_.git({"update-ref", "refs/heads/main", forged});
  const std::string said = look(spec);
  EXPECT_TRUE(has(said, "commit " + forged)) << said;
  EXPECT_TRUE(has(said, "is refused")) << said;
}

TEST_F(GitVerify, SignedTags) {
  GitSpec spec;
  spec.url = repository_.url();
  spec.ref.tag = "v1.0.0";
  spec.verify.what = rumbo::GitVerify::What::tag;
  spec.verify.allowed_signers_file = file("allowed", ssh_key("ann"));
  sign_by_ssh("ann");
  commit(false);
  repository_.git({"tag", "v1.0.0"});
  EXPECT_TRUE(has(look(spec), "is a lightweight one")) << look(spec);
  repository_.git({"tag", "--force", "--annotate", "--message", "m", "v1.0.0"});
  EXPECT_TRUE(has(look(spec), "tag `v1.0.0`")) << look(spec);
  EXPECT_TRUE(has(look(spec), "is not signed")) << look(spec);
  repository_.git({"tag", "--force", "--sign", "--message", "m", "v1.0.0"});
  EXPECT_TRUE(has(look(spec), "ok ann@example.com")) << look(spec);
  // Known already: the tag is not asked for again.
  const auto revision = sources_.source.resolve(spec, {});
  ASSERT_TRUE(revision);
  ASSERT_TRUE(io::real_filesystem().rename(repository_.path(), repository_.path() + ".away"));
  EXPECT_TRUE(sources_.source.fetch(spec, *revision, {}, {}));
  ASSERT_TRUE(io::real_filesystem().rename(repository_.path() + ".away", repository_.path()));
  spec.ref = {};
  spec.ref.semver = "^1.0";
  EXPECT_TRUE(has(look(spec), "ok ann")) << look(spec);
  spec.verify.what = rumbo::GitVerify::What::both;
  EXPECT_TRUE(has(look(spec), "is not signed")) << "the commit is not: " << look(spec);
  // A good signature under another name proves nothing.
  const std::string object = repository_.git({"rev-parse", "refs/tags/v1.0.0"});
  repository_.git({"update-ref", "refs/tags/v1.9.0", object});
  spec.verify.what = rumbo::GitVerify::What::tag;
  EXPECT_TRUE(has(look(spec), "signed under the name `v1.0.0`")) << look(spec);
  EXPECT_TRUE(has(look([&] {
                    GitSpec follows = spec;
                    follows.ref = {};
                    follows.ref.branch = "main";
                    return follows;
                  }()),
                  "the reference is none"));
}

TEST_F(GitVerify, OpenPgpSignatures) {
  GitSpec spec = branch(repository_.url());
  spec.verify.keyring_file = file("ring.asc", gpg_key("ann"));
  const std::string eve = gpg_key("eve");
  const auto signed_commit = [&](const std::string& who) {
    io::Command command;
    command.argv = {"git",
                    "-C",
                    repository_.path(),
                    "-c",
                    "user.name=Test",
                    "-c",
                    "user.email=test@example.com",
                    "-c",
                    "gpg.format=openpgp",
                    "commit",
                    "--quiet",
                    "--allow-empty",
                    "--message",
                    "c",
                    "--gpg-sign=" + who + "@example.com"};
    command.env = io::minimal_environment();
    command.env["GNUPGHOME"] = keys_ + "/gnupg";
    const auto exit = io::real_process().run(command, Cancel());
    EXPECT_TRUE(exit && exit->status == 0) << (exit ? exit->err : "");
    return repository_.git({"rev-parse", "HEAD"});
  };
  signed_commit("ann");
  std::string said = look(spec);
  EXPECT_TRUE(has(said, "ok ann <ann@example.com> (")) << said;
  const std::string print = said.substr(said.rfind('(') + 1, 40);
  spec.verify.signers = {print.substr(24)};
  EXPECT_TRUE(has(look(spec), "ok ann")) << look(spec);
  spec.verify.signers = {std::string(40, 'A')};
  EXPECT_TRUE(has(look(spec), "not among verify.signers")) << look(spec);
  spec.verify.signers = {};
  const std::string evil = signed_commit("eve");
  said = look(spec);
  EXPECT_TRUE(has(said, "commit " + evil)) << said;
  EXPECT_TRUE(has(said, "not in the keyring")) << said;
  // Keys of the other kind do not help.
  GitSpec ssh = branch(repository_.url());
  ssh.verify.allowed_signers_file = file("allowed", ssh_key("ann"));
  EXPECT_TRUE(has(look(ssh), "an OpenPGP key, and no such keys are given")) << look(ssh);
  spec.verify.keyring_file = file("broken", "no keys");
  const auto broken = sources_.look(spec);
  ASSERT_FALSE(broken);
  EXPECT_TRUE(has(broken.error().to_string(), "gpg cannot read the keyring"));
  run({"gpgconf", "--kill", "all"});
}

}  // namespace
}  // namespace rumbo::git_test
