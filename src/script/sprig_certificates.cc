// Sprig's private keys and certificates.
#include "crypto/certificate.h"
#include "script/format.h"
#include "script/go_base.h"
#include "script/list.h"
#include "script/native.h"
#include "script/random_call.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

constexpr std::int64_t kDay = 86400;

const Type kCertificate{.kind = Kind::structure, .name = "sprig.certificate"};
constexpr const Type* kCertificates[] = {&kCertificate};

/// The struct {Cert, Key}.
class CertificateValue final : public Native {
 public:
  CertificateValue(std::string certificate, std::string key)
      : certificate_(std::move(certificate)), key_(std::move(key)) {}
  const std::string& certificate() const { return certificate_; }
  const std::string& key() const { return key_; }

  const Type& type() const override { return kCertificate; }
  std::optional<Any> field(std::string_view name) const override {
    if (name == "Cert") return Any(certificate_);
    if (name == "Key") return Any(key_);
    return std::nullopt;
  }
  std::string print_struct() const override { return "{" + certificate_ + " " + key_ + "}"; }
  Value to_value() const override { return Value::object({{"Cert", certificate_}, {"Key", key_}}); }
  std::optional<bool> equals(const Native& other) const override {
    const auto& o = static_cast<const CertificateValue&>(other);
    return certificate_ == o.certificate_ && key_ == o.key_;
  }

 private:
  std::string certificate_, key_;
};

const CertificateValue& certificate_of(const Any& value) {
  return static_cast<const CertificateValue&>(*value.native());
}

Any certificate_value(const Value& value) {
  return Any::native(make<CertificateValue>(value["Cert"].str(), value["Key"].str()));
}

Outcome<Any> gen_private_key(Call& call) {
  const std::string_view kind = call[0].text();
  std::optional<crypto::KeyKind> which;
  if (kind.empty() || kind == "rsa") which = crypto::KeyKind::rsa_4096;
  if (kind == "dsa") which = crypto::KeyKind::dsa_2048;
  if (kind == "ecdsa") which = crypto::KeyKind::ecdsa_p256;
  if (kind == "ed25519") which = crypto::KeyKind::ed25519;
  if (!which) return Any("Unknown type " + std::string(kind));
  TRY(call.session.charge_key());
  return Any::from(TRY(recalled(call, [&]() -> Outcome<Value> {
    auto key = crypto::make_private_key(*which);
    if (!key) return failed(key.error().message());
    return Value(*key);
  })));
}

Outcome<std::vector<std::string>> addresses(const Any& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < length(list); ++i) {
    const Any item = list.list()->at(i);
    if (item.kind() != Kind::string) {
      return failed("error parsing ip: " + TRY(format_value(item)) + " is not a string");
    }
    std::string bytes = crypto::parse_ip(item.text());
    if (bytes.empty()) return failed("error parsing ip: " + std::string(item.text()));
    out.push_back(std::move(bytes));
  }
  return out;
}

Outcome<std::vector<std::string>> dns_names(const Any& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < length(list); ++i) {
    const Any item = list.list()->at(i);
    if (item.kind() != Kind::string) {
      return failed("error processing alternate dns name: " + TRY(format_value(item)) +
                    " is not a string");
    }
    out.emplace_back(item.text());
  }
  return out;
}

/// How the arguments of one function are laid out.
struct Shape {
  bool authority = false;  ///< genCA: name and days only
  bool has_signer = false;
  bool has_key = false;
};

/// The given key as it would be written, or a new one.
Outcome<std::string> subject_key(Call& call, const Shape& shape) {
  if (!shape.has_key) {
    TRY(call.session.charge_key());
    auto key = crypto::make_private_key(crypto::KeyKind::rsa_2048);
    if (!key) return failed("error generating rsa key: " + key.error().message());
    return std::move(*key);
  }
  auto key = crypto::normalize_private_key(call[call.size() - 1].text());
  if (!key) return failed("parsing private key: " + key.error().message());
  return std::move(*key);
}

Outcome<crypto::Signer> signer_of(Call& call, const Shape& shape) {
  if (!shape.has_signer) return crypto::Signer{};
  const CertificateValue& authority = certificate_of(call[4]);
  if (auto checked = crypto::check_certificate(authority.certificate()); !checked) {
    return failed(checked.error().message());
  }
  if (auto key = crypto::normalize_private_key(authority.key()); !key) {
    return failed("error parsing private key: " + key.error().message());
  }
  return crypto::Signer{authority.certificate(), authority.key()};
}

Outcome<Value> make_pair(Call& call, const Shape& shape) {
  const std::string key = TRY(subject_key(call, shape));
  const crypto::Signer signer = TRY(signer_of(call, shape));
  crypto::CertificateRequest request;
  request.common_name = call[0].text();
  request.authority = shape.authority;
  if (!shape.authority) {
    request.ips = TRY(addresses(call[1]));
    request.dns_names = TRY(dns_names(call[2]));
  }
  const std::int64_t days = call[shape.authority ? 1 : 3].as_int();
  if (days > 365'000 || days < -365'000) return failed("certificate's days are out of range");
  request.not_before = call.session.host().now().since_epoch.count() / 1'000'000'000;
  request.not_after = request.not_before + days * kDay;
  request.serial.resize(16);
  call.session.host().random(
      {reinterpret_cast<std::uint8_t*>(request.serial.data()), request.serial.size()});
  auto certificate = crypto::make_certificate(request, key, signer);
  if (!certificate) return failed("error creating certificate: " + certificate.error().message());
  return Value::object({{"Cert", *certificate}, {"Key", key}});
}

void add(FunctionTable& table, const std::string& name, std::string_view signature, Shape shape) {
  const Body body = [shape](Call& call) -> Outcome<Any> {
    return certificate_value(TRY(recalled(call, [&] { return make_pair(call, shape); })));
  };
  add_random(table, name, signature, body, kCertificates);
}

Outcome<Any> build_custom(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size() + call[1].text().size()));
  const auto certificate = decode_base64(call[0].text());
  if (!certificate) return failed("unable to decode base64 certificate");
  const auto key = decode_base64(call[1].text());
  if (!key) return failed("unable to decode base64 private key");
  if (auto checked = crypto::check_certificate(*certificate); !checked) {
    const std::string& text = checked.error().message();
    if (text == "unable to decode certificate") return failed(text);
    return failed("error parsing certificate: decodedCert.Bytes: x509: " + text);
  }
  if (auto checked = crypto::normalize_private_key(*key); !checked) {
    return failed("error parsing private key: " + checked.error().message());
  }
  return certificate_value(Value::object({{"Cert", *certificate}, {"Key", *key}}));
}

}  // namespace

void add_sprig_certificates(FunctionTable& table) {
  add_random(table, "genPrivateKey", "string", gen_private_key);
  table.add("buildCustomCert", "string, string", build_custom);
  add(table, "genCA", "string, int", {.authority = true});
  add(table, "genCAWithKey", "string, int, string", {.authority = true, .has_key = true});
  add(table, "genSelfSignedCert", "string, list, list, int", {});
  add(table, "genSelfSignedCertWithKey", "string, list, list, int, string", {.has_key = true});
  add(table, "genSignedCert", "string, list, list, int, certificate", {.has_signer = true});
  add(table, "genSignedCertWithKey", "string, list, list, int, certificate, string",
      {.has_signer = true, .has_key = true});
}

}  // namespace rumbo::script
