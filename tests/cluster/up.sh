#!/usr/bin/env bash
# Starts a real Kubernetes control plane on loopback with simulated nodes: etcd, kube-apiserver,
# kube-controller-manager, kube-scheduler, and kwok in place of kubelets (stages.yaml says how its
# pods behave). Prints the path of an administrator's kubeconfig when the nodes are ready.
#
# usage: tests/cluster/up.sh [DIR [BASE_PORT [NODES]]]
#   DIR        state of this cluster: keys, data, logs, kubeconfig (default: a new temporary one)
#   BASE_PORT  it takes BASE_PORT to BASE_PORT+5 (16443)
#   NODES      simulated nodes (3)
# Stop it with tests/cluster/down.sh DIR. Several may run at once on ports of their own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-$(mktemp -d /tmp/rumbo-cluster.XXXXXX)}
port=${2:-16443}
nodes=${3:-3}
api=$port etcd=$((port + 1)) peer=$((port + 2)) manager=$((port + 3)) scheduler=$((port + 4)) kubelet=$((port + 5))

say() { printf 'cluster: %s\n' "$*" >&2; }
fail() {
  say "$*"
  "$here/down.sh" "$dir" || true
  exit 1
}

binary=${RUMBO_CLUSTER_BINARY:-$("$here/build.sh")}
mkdir -p "$dir"/{bin,pki,log}
dir=$(realpath "$dir")
[[ ! -e $dir/pids ]] || fail "$dir already holds a running cluster: tests/cluster/down.sh $dir"
for part in etcd kube-apiserver kube-controller-manager kube-scheduler kwok kubectl; do
  ln -sf "$binary" "$dir/bin/$part"
done

# Keys: one authority for servers and clients, the service accounts' key, an administrator.
cd "$dir/pki"
if [[ ! -e admin.crt ]]; then
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=rumbo-test-ca \
      -keyout ca.key -out ca.crt
    openssl genrsa -out accounts.key 2048
    openssl rsa -in accounts.key -pubout -out accounts.pub
    signed() { # NAME SUBJECT [EXTENSIONS]
      openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
      openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \
        -extfile <(printf '%s\n' "${3:-}") -out "$1.crt"
    }
    signed server /CN=kube-apiserver \
      "subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default.svc"
    signed admin /O=system:masters/CN=rumbo-test-admin
  } > "$dir/log/openssl.log" 2>&1
fi
data() { base64 -w 0 < "$1"; }
cat > "$dir/kubeconfig" << EOF
apiVersion: v1
kind: Config
clusters:
  - {name: test, cluster: {server: "https://127.0.0.1:$api", certificate-authority-data: $(data ca.crt)}}
users:
  - {name: admin, user: {client-certificate-data: $(data admin.crt), client-key-data: $(data admin.key)}}
contexts:
  - {name: test, context: {cluster: test, user: admin}}
current-context: test
EOF
chmod 0600 "$dir/kubeconfig"

start() { # NAME ARGUMENT…
  local name=$1
  shift
  setsid nohup "$dir/bin/$name" "$@" > "$dir/log/$name.log" 2>&1 < /dev/null &
  printf '%s %s\n' "$!" "$name" >> "$dir/pids"
}
kubectl() { "$dir/bin/kubectl" --kubeconfig "$dir/kubeconfig" "$@"; }
wait_for() { # SECONDS WHAT COMMAND…
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    while read -r pid name; do
      kill -0 "$pid" 2> /dev/null || fail "$name ended: $(tail -n 3 "$dir/log/$name.log")"
    done < "$dir/pids"
    ((SECONDS < end)) || fail "$what is not there yet; see $dir/log"
    sleep 0.2
  done
}

start etcd --data-dir "$dir/etcd" --unsafe-no-fsync --quota-backend-bytes 4294967296 --log-level warn \
  --listen-client-urls "http://127.0.0.1:$etcd" --advertise-client-urls "http://127.0.0.1:$etcd" \
  --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" \
  --initial-cluster "default=http://127.0.0.1:$peer"
start kube-apiserver --etcd-servers "http://127.0.0.1:$etcd" --bind-address 127.0.0.1 \
  --secure-port "$api" --tls-cert-file "$dir/pki/server.crt" --tls-private-key-file "$dir/pki/server.key" \
  --client-ca-file "$dir/pki/ca.crt" --cert-dir "$dir/pki/own" \
  --service-account-issuer https://kubernetes.default.svc \
  --service-account-key-file "$dir/pki/accounts.pub" \
  --service-account-signing-key-file "$dir/pki/accounts.key" \
  --service-cluster-ip-range 10.96.0.0/16 --authorization-mode RBAC --allow-privileged=true \
  --endpoint-reconciler-type none ${RUMBO_APISERVER_FLAGS:-}
wait_for 90 "the API server" kubectl get --raw /readyz
start kube-controller-manager --kubeconfig "$dir/kubeconfig" --leader-elect=false \
  --bind-address 127.0.0.1 --secure-port "$manager" --cert-dir "$dir/pki/manager" \
  --service-account-private-key-file "$dir/pki/accounts.key" --root-ca-file "$dir/pki/ca.crt" \
  --use-service-account-credentials=false --kube-api-qps 2000 --kube-api-burst 4000
start kube-scheduler --kubeconfig "$dir/kubeconfig" --leader-elect=false --bind-address 127.0.0.1 \
  --secure-port "$scheduler" --cert-dir "$dir/pki/scheduler" --kube-api-qps 2000 --kube-api-burst 4000
start kwok --kubeconfig "$dir/kubeconfig" --config "$here/stages.yaml" --manage-all-nodes=true \
  --node-lease-duration-seconds 40 --node-port "$kubelet" --server-address "127.0.0.1:$kubelet"
for ((i = 0; i < nodes; i++)); do
  printf -- '---\napiVersion: v1\nkind: Node\nmetadata: {name: node-%d, annotations: {kwok.x-k8s.io/node: fake}, labels: {kubernetes.io/hostname: node-%d, kubernetes.io/os: linux, kubernetes.io/arch: amd64}}\n' "$i" "$i"
done | kubectl create -f - > /dev/null
all_ready() { (($(kubectl get nodes --no-headers | grep -cw Ready) == nodes)); }
wait_for 60 "a ready node" all_ready
wait_for 60 "the default service account" kubectl get serviceaccount default
printf '%s\n' "$dir/kubeconfig"
