// Sprig's URLs.
#include "script/go_url.h"
#include "script/map.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

Outcome<Any> url_parse(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size() * 4));
  const auto url = GoUrl::parse(call[0].text());
  if (!url) return failed("unable to parse url: " + url.error().text());
  auto out = make<Map>();
  out->set("scheme", url->scheme);
  out->set("host", url->host);
  out->set("hostname", url->hostname());
  out->set("path", url->path);
  out->set("query", url->query);
  out->set("opaque", url->opaque);
  out->set("fragment", url->fragment);
  out->set("userinfo", url->userinfo());
  return Any(out);
}

Outcome<std::string> text_of(Call& call, std::string_view key) {
  const auto value = call[0].map() == nullptr ? std::nullopt : call[0].map()->find(key);
  if (!value) return std::string();
  if (value->is_nil()) {
    return failed("runtime error: invalid memory address or nil pointer dereference");
  }
  if (value->kind() != Kind::string) {
    return failed("unable to parse " + std::string(key) + " key, must be of type string, but " +
                  std::string(to_string(value->kind())) + " found");
  }
  return std::string(value->text());
}

Outcome<Any> url_join(Call& call) {
  GoUrl url;
  url.scheme = TRY(text_of(call, "scheme"));
  url.host = TRY(text_of(call, "host"));
  url.path = TRY(text_of(call, "path"));
  url.query = TRY(text_of(call, "query"));
  url.opaque = TRY(text_of(call, "opaque"));
  url.fragment = TRY(text_of(call, "fragment"));
  const std::string info = TRY(text_of(call, "userinfo"));
  if (!info.empty()) {
    const auto parsed = GoUrl::parse("proto://" + info + "@host");
    if (!parsed) return failed("unable to parse userinfo in dict: " + parsed.error().text());
    url.has_user = parsed->has_user;
    url.user = parsed->user;
    url.has_password = parsed->has_password;
    url.password = parsed->password;
  }
  std::string out = url.print();
  TRY(call.session.room_for_text(out.size()));
  return Any(out);
}

}  // namespace

void add_sprig_urls(FunctionTable& table) {
  table.add("urlParse", "string", url_parse);
  table.add("urlJoin", "map", url_join);
}

}  // namespace rumbo::script
