#!/bin/sh
# update-go-mod.sh v1.34.4: writes go.mod for that Kubernetes release; run `go mod tidy` after it.
# k8s.io/kubernetes names its own staging folders as replacements, which a module that requires it has to give as versions.
set -eu
cd "$(dirname "$0")"
kubernetes=$1
staging=v0.${kubernetes#v1.}
upstream=$(go mod download -json "k8s.io/kubernetes@$kubernetes" | sed -n 's/^\t"GoMod": "\(.*\)",$/\1/p')
{
  printf 'module weightless/kube-apiserver\n\n'
  printf 'go %s\n\n' "$(sed -n 's/^go //p' "$upstream")"
  sed -n 's/^\(godebug .*\)$/\1\n/p' "$upstream"
  printf 'require (\n\tk8s.io/kubernetes %s\n' "$kubernetes"
  grep -E '^	go.etcd.io/etcd/server/v3 ' "$upstream" | sed 's, // indirect,,'
  printf ')\n\nreplace (\n'
  sed -n "s,^\t\(k8s.io/[a-z-]*\) => ./staging/.*,\t\1 => \1 $staging,p" "$upstream"
  printf ')\n'
} > go.mod
