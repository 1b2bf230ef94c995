// Paths and names of requests, for the client's own sources. Internal.
#pragma once

#include <string>
#include <string_view>

#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

constexpr std::string_view kJson = "application/json";
/// Only metadata, of one object or of each object of a list or watch.
constexpr std::string_view kMetadata =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
constexpr std::string_view kMetadataList =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// Appends a query parameter, escaped; none with an empty value.
void add_query(std::string& path, std::string_view name, std::string_view value);

/// "apply Deployment.apps shop/web": what errors call the request.
std::string request_name(std::string_view verb, const Resource& resource, std::string_view ns,
                         std::string_view name);

/// The object as `resource` types it: servers leave apiVersion and kind out of list items and
/// write PartialObjectMetadata instead when only metadata was asked for.
Value typed(Value object, const Resource& resource);

}  // namespace rumbo::target::kubernetes
