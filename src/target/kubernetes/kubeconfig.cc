#include "target/kubernetes/kubeconfig.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/yaml.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr std::string_view kExecGroup = "client.authentication.k8s.io/";
constexpr std::size_t kMaxBytes = std::size_t{8} << 20;

/// Reads the fields of one map; remembers the first that is wrong.
class Fields {
 public:
  Fields(const codec::YamlNode* node, const std::string& file) : node_(node), file_(file) {
    if (node_ != nullptr && node_->value.is_null()) node_ = nullptr;
    if (node_ != nullptr && !node_->is_mapping()) {
      wrong(*node_, "a map is needed here, not " + kind_of(*node_));
      node_ = nullptr;
    }
  }

  std::string text(std::string_view name) {
    const codec::YamlNode* found = find(name);
    if (found == nullptr || found->value.is_null()) return {};
    if (const auto text = as_text(found->value)) return *text;
    wrong(*found, "`" + std::string(name) + "` must be a text, not " + kind_of(*found));
    return {};
  }

  bool flag(std::string_view name) {
    const codec::YamlNode* found = find(name);
    if (found == nullptr || found->value.is_null()) return false;
    if (!found->value.is_bool()) {
      wrong(*found, "`" + std::string(name) + "` must be true or false");
    }
    return found->value.as_bool();
  }

  /// A path, relative to the file's own directory.
  std::string path(std::string_view name) { return from_here(text(name)); }

  /// Base64 of a PEM text; what it holds is never shown.
  std::string pem(std::string_view name) {
    std::string encoded = text(name);
    if (encoded.empty()) return {};
    std::erase_if(encoded, [](char c) { return c == '\n' || c == '\r'; });
    auto decoded = codec::base64_decode(encoded);
    const bool good = decoded && decoded->find("-----BEGIN ") != std::string::npos;
    if (!good) {
      wrong(*find(name), "`" + std::string(name) + "` is no base64 of a PEM text",
            "a file's name goes into `" +
                std::string(name.substr(0, name.size() - std::string_view("-data").size())) + "`");
      return {};
    }
    return *std::move(decoded);
  }

  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> out;
    const codec::YamlNode* found = list(name);
    if (found == nullptr) return out;
    for (const codec::YamlNode& item : found->items()) {
      if (auto text = as_text(item.value)) {
        out.push_back(*std::move(text));
      } else {
        wrong(item, "a text is needed here, not " + kind_of(item));
      }
    }
    return out;
  }

  const codec::YamlNode* list(std::string_view name) {
    const codec::YamlNode* found = find(name);
    if (found == nullptr || found->value.is_null()) return nullptr;
    if (found->is_sequence()) return found;
    wrong(*found, "`" + std::string(name) + "` must be a list, not " + kind_of(*found));
    return nullptr;
  }

  const codec::YamlNode* find(std::string_view name) const {
    return node_ == nullptr ? nullptr : node_->find(name);
  }
  bool present() const { return node_ != nullptr; }
  Location where() const { return node_ == nullptr ? Location{file_} : node_->location(file_); }
  std::span<const codec::YamlEntry> entries() const {
    return node_ == nullptr ? std::span<const codec::YamlEntry>() : node_->entries();
  }

  std::string from_here(const std::string& path) const {
    if (path.empty() || path.front() == '/') return path;
    const auto slash = file_.rfind('/');
    return slash == std::string::npos ? path : file_.substr(0, slash + 1) + path;
  }

  void wrong(const codec::YamlNode& node, std::string message, std::string hint = {}) {
    if (problem_) return;
    problem_ = Error(Code::invalid, std::move(message))
                   .at(node.location(file_))
                   .with_hint(std::move(hint));
  }
  void adopt(const Fields& inner) {
    if (!problem_) problem_ = inner.problem_;
  }
  const std::optional<Error>& problem() const { return problem_; }
  const std::string& file() const { return file_; }

 private:
  /// Numbers and booleans are texts too, as for kubectl.
  static std::optional<std::string> as_text(const Value& value) {
    if (value.is_string()) return value.str();
    if (value.is_integer()) return std::to_string(value.as_int());
    if (value.is_bool()) return value.as_bool() ? "true" : "false";
    return std::nullopt;
  }

  static std::string kind_of(const codec::YamlNode& node) {
    return std::string(to_string(node.value.kind()));
  }

  const codec::YamlNode* node_;
  const std::string& file_;
  std::optional<Error> problem_;
};

KubeCluster read_cluster(Fields& fields) {
  KubeCluster out;
  out.server = fields.text("server");
  out.tls_server_name = fields.text("tls-server-name");
  out.insecure = fields.flag("insecure-skip-tls-verify");
  out.ca_file = fields.path("certificate-authority");
  out.ca_pem = fields.pem("certificate-authority-data");
  out.proxy_url = Secret<std::string>(fields.text("proxy-url"));
  out.where = fields.where();
  if (const codec::YamlNode* list = fields.list("extensions")) {
    for (const codec::YamlNode& item : list->items()) {
      if (item.value["name"].as_string() == "client.authentication.k8s.io/exec") {
        out.exec_config = item.value["extension"];
      }
    }
  }
  if (out.insecure && (!out.ca_file.empty() || !out.ca_pem.empty())) {
    fields.wrong(*fields.find("insecure-skip-tls-verify"),
                 "insecure-skip-tls-verify and a certificate authority exclude each other",
                 "remove one of them");
  }
  return out;
}

ExecPlugin read_exec(Fields& fields) {
  ExecPlugin out;
  out.where = fields.where();
  out.command = fields.text("command");
  if (out.command.find('/') != std::string::npos) out.command = fields.from_here(out.command);
  out.args = fields.texts("args");
  out.install_hint = fields.text("installHint");
  out.provide_cluster_info = fields.flag("provideClusterInfo");
  out.interactive_mode = fields.text("interactiveMode");
  if (const codec::YamlNode* list = fields.list("env")) {
    for (const codec::YamlNode& item : list->items()) {
      Fields one(&item, fields.file());
      const std::string name = one.text("name");
      out.env.emplace_back(name, one.text("value"));
      if (name.empty() || name.find('=') != std::string::npos) {
        one.wrong(item, "a variable needs a `name` without `=`");
      }
      fields.adopt(one);
    }
  }
  const std::string version = fields.text("apiVersion");
  out.api_version = version.starts_with(kExecGroup) ? version.substr(kExecGroup.size()) : "";
  if (out.api_version != "v1" && out.api_version != "v1beta1") {
    const codec::YamlNode* place = fields.find("apiVersion");
    if (place == nullptr) place = fields.find("command");
    if (place != nullptr) {
      fields.wrong(*place,
                   "exec plugins of apiVersion `" + printable(version, 128) + "` are not supported",
                   "update the plugin and write client.authentication.k8s.io/v1");
    }
  }
  if (out.interactive_mode.empty() && out.api_version == "v1beta1") {
    out.interactive_mode = "IfAvailable";
  }
  return out;
}

void check_exec(const ExecPlugin& exec, Fields& fields, const codec::YamlNode& node) {
  if (exec.command.empty()) fields.wrong(node, "exec needs a `command`");
  const std::string& mode = exec.interactive_mode;
  if (mode != "Never" && mode != "IfAvailable" && mode != "Always") {
    fields.wrong(node, "exec needs `interactiveMode`: Never, IfAvailable or Always");
  }
}

KubeUser read_user(Fields& fields) {
  KubeUser out;
  out.certificate_file = fields.path("client-certificate");
  out.certificate_pem = fields.pem("client-certificate-data");
  out.key_file = fields.path("client-key");
  out.key_pem = Secret<std::string>(fields.pem("client-key-data"));
  out.token = Secret<std::string>(fields.text("token"));
  out.token_file = fields.path("tokenFile");
  out.username = fields.text("username");
  out.password = Secret<std::string>(fields.text("password"));
  out.as = fields.text("as");
  out.as_uid = fields.text("as-uid");
  out.as_groups = fields.texts("as-groups");
  out.where = fields.where();
  if (const codec::YamlNode* node = fields.find("as-user-extra")) {
    Fields extra(node, fields.file());
    for (const codec::YamlEntry& entry : extra.entries()) {
      const std::string name = entry.key.value.str();
      out.as_extra[name] = extra.texts(name);
    }
    fields.adopt(extra);
  }
  if (const codec::YamlNode* node = fields.find("auth-provider"); node && !node->value.is_null()) {
    fields.wrong(*node, "auth-provider is not supported: kubectl dropped it too",
                 "use the provider's exec plugin");
  }
  if (const codec::YamlNode* node = fields.find("exec"); node && !node->value.is_null()) {
    Fields exec(node, fields.file());
    out.exec = read_exec(exec);
    check_exec(*out.exec, exec, *node);
    fields.adopt(exec);
  }
  const bool impersonates = !out.as_uid.empty() || !out.as_groups.empty() || !out.as_extra.empty();
  if (impersonates && out.as.empty()) {
    for (const char* name : {"as-uid", "as-groups", "as-user-extra"}) {
      if (const codec::YamlNode* node = fields.find(name)) {
        fields.wrong(*node, std::string(name) + " needs `as`, the user to act as");
      }
    }
  }
  return out;
}

KubeContext read_context(Fields& fields) {
  KubeContext out;
  out.cluster = fields.text("cluster");
  out.user = fields.text("user");
  out.ns = fields.text("namespace");
  out.where = fields.where();
  return out;
}

/// Reads `list`, whose items have a name and the thing itself under `inner`.
template <class T>
void read_named(Fields& root, const char* list, const char* inner, T (*read)(Fields&),
                std::map<std::string, T>& out) {
  const codec::YamlNode* found = root.list(list);
  if (found == nullptr) return;
  for (const codec::YamlNode& item : found->items()) {
    Fields named(&item, root.file());
    const std::string name = named.text("name");
    const codec::YamlNode* node = named.find(inner);
    Fields fields(node == nullptr ? nullptr : node, root.file());
    T thing = read(fields);
    if (!fields.present()) thing.where = named.where();
    root.adopt(named);
    root.adopt(fields);
    if (!out.emplace(name, std::move(thing)).second) {
      root.wrong(item, "`" + printable(name, 128) + "` stands twice in `" + list + "`");
    }
  }
}

}  // namespace

Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& file) {
  codec::YamlOptions options;
  options.strict = false;
  options.first_only = true;
  options.limits.max_bytes = kMaxBytes;
  options.limits.max_depth = 64;
  const auto documents = TRY(codec::parse_yaml(text, file, options));
  Kubeconfig out;
  out.files.push_back(file);
  if (documents.empty()) return out;
  Fields root(&documents.front(), file);
  const std::string kind = root.text("kind");
  if (!kind.empty() && kind != "Config") {
    root.wrong(*root.find("kind"), "this is no kubeconfig but a " + printable(kind, 64));
  }
  out.current_context = root.text("current-context");
  read_named(root, "clusters", "cluster", read_cluster, out.clusters);
  read_named(root, "users", "user", read_user, out.users);
  read_named(root, "contexts", "context", read_context, out.contexts);
  if (root.problem()) return fail(Error(*root.problem()));
  return out;
}

void merge_into(Kubeconfig& into, const Kubeconfig& more) {
  into.clusters.insert(more.clusters.begin(), more.clusters.end());
  into.users.insert(more.users.begin(), more.users.end());
  into.contexts.insert(more.contexts.begin(), more.contexts.end());
  if (into.current_context.empty()) into.current_context = more.current_context;
  into.files.insert(into.files.end(), more.files.begin(), more.files.end());
}

}  // namespace rumbo::target::kubernetes
