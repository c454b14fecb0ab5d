// kube-apiserver is the real Kubernetes API server with an etcd in the same process, for tests: one binary to build,
// one child to start and to stop. Its own flags come first, those of kube-apiserver follow "--".
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/spf13/pflag"
	utilerrors "k8s.io/apimachinery/pkg/util/errors"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

func main() {
	etcdDir := flag.String("etcd-dir", "", "folder for etcd's data; removed at the end")
	stopOnEOF := flag.Bool("stop-on-eof", false, "stop when standard input closes: the server never outlives the test that started it")
	verbose := flag.Bool("verbose", false, "log to standard error")
	flag.Parse()

	ctx := genericapiserver.SetupSignalContext()
	if *stopOnEOF {
		go stopAtEndOfInput()
	}
	if !*verbose {
		silence()
	}
	if err := serve(ctx, *etcdDir, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "kube-apiserver for tests:", err)
		os.Exit(1)
	}
}

// serve runs etcd and the API server until ctx ends, and says on standard output where the API server listens.
func serve(ctx context.Context, etcdDir string, args []string) error {
	// Some 100 MB, which must not pile up where a test run was killed and could not clean up.
	defer os.RemoveAll(etcdDir)
	store, err := startEtcd(etcdDir)
	if err != nil {
		return err
	}
	defer store.Close()

	// kube-apiserver takes no port 0: a listener of our own has a free port without a race for it.
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	port := listener.Addr().(*net.TCPAddr).Port

	server := options.NewServerRunOptions()
	if err := parse(server, append(args, "--bind-address=127.0.0.1", "--etcd-servers="+clientURL(store))); err != nil {
		return err
	}
	server.SecureServing.Listener = listener
	server.SecureServing.BindPort = port
	if err := server.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return err
	}
	completed, err := server.Complete(ctx)
	if err != nil {
		return err
	}
	if err := utilerrors.NewAggregate(completed.Validate()); err != nil {
		return err
	}
	fmt.Printf("{\"url\":\"https://127.0.0.1:%d\"}\n", port)
	return app.Run(ctx, completed)
}

func parse(server *options.ServerRunOptions, args []string) error {
	all := pflag.NewFlagSet("kube-apiserver", pflag.ContinueOnError)
	for _, set := range server.Flags().FlagSets {
		all.AddFlagSet(set)
	}
	return all.Parse(args)
}

func stopAtEndOfInput() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
}

// silence drops the logs: an API server that is told to stop writes pages of them into the test's output.
func silence() {
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{"logtostderr": "false", "alsologtostderr": "false", "stderrthreshold": "FATAL"} {
		_ = flags.Set(name, value)
	}
	klog.SetOutput(io.Discard)
}
