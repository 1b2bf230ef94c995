// Command controlplane is every part of a small Kubernetes control plane in one binary. The name it
// is called by, or else its first argument, chooses the part.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var parts = map[string]func(){
	"kube-apiserver": func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
	"kube-controller-manager": func() {
		os.Exit(cli.Run(controllermanager.NewControllerManagerCommand()))
	},
	"kube-scheduler": func() { os.Exit(cli.Run(scheduler.NewSchedulerCommand())) },
	"kubectl":        func() { os.Exit(cli.Run(cmd.NewDefaultKubectlCommand())) },
	"etcd":           func() { etcdmain.Main(os.Args) },
	"kwok":           runKwok,
}

func main() {
	part, known := parts[filepath.Base(os.Args[0])]
	if !known && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		part, known = parts[filepath.Base(os.Args[0])]
	}
	if !known {
		fmt.Fprintln(os.Stderr, "controlplane: call it as kube-apiserver, kube-controller-manager, "+
			"kube-scheduler, kubectl, etcd or kwok")
		os.Exit(2)
	}
	part()
}
