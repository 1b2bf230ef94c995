// Order: which objects of a transaction go before which on a cluster. Waves of the user come first
// (rumbo.dev/wave); within one wave the kinds have default waves; and what an object needs goes
// before it, whatever waves say. Pure.
//
// Default waves (kubernetes-apply.md section 2):
//   0 Namespaces, CRDs   1 classes, quotas, ServiceAccounts, RBAC   2 ConfigMaps, Secrets
//   3 claims, Services   4 workloads and custom resources           5 HPA, PDB, CronJob, monitors
//   6 Ingresses, routes  7 APIServices, webhooks, admission policies
#pragma once

#include <vector>

#include "model/object.h"

namespace rumbo::engine {

constexpr int kWorkloadWave = 4;
/// So many places has a default wave: chains of objects that need each other find room in it.
constexpr int kOrderPerWave = 1000;
/// The default wave that an order belongs to.
constexpr int wave_of_order(int order) {
  return order / kOrderPerWave;
}

/// 0 to 7, as above.
int default_wave(const ObjectKey& key);

/// Where an object goes. Lower goes first: before_hooks, then wave, then order.
struct Place {
  const Object* object = nullptr;
  bool pre_sync = false;  ///< a PreSync hook, or what one needs
  bool is_hook = false;
  int wave = 0;
  int order = 0;
};

/// Fills in `order` from the default waves, then pulls forward what others need: the names they
/// mention, their CRDs, what rumbo.dev/depends-on (or config.kubernetes.io/depends-on) lists.
/// `wave` and `pre_sync` are given. Of a cycle some come first.
void place_objects(std::vector<Place>& places);

}  // namespace rumbo::engine
