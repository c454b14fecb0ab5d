package main

import (
	"errors"
	"net/url"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// startEtcd starts a one-member etcd on free loopback ports, with its data in dir.
func startEtcd(dir string) (*embed.Etcd, error) {
	loopback := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config := embed.NewConfig()
	config.Dir = dir
	config.ListenClientUrls, config.AdvertiseClientUrls = loopback, loopback
	config.ListenPeerUrls, config.AdvertisePeerUrls = loopback, loopback
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.UnsafeNoFsync = true      // the data lives as long as one test run
	config.EnableGRPCGateway = false // it dials itself and warns about port 0
	config.LogLevel = "fatal"        // stopping is an error to its logger

	store, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-store.Server.ReadyNotify():
		return store, nil
	case <-time.After(30 * time.Second):
		store.Close()
		return nil, errors.New("etcd was not ready within 30 s")
	}
}

func clientURL(store *embed.Etcd) string { return "http://" + store.Clients[0].Addr().String() }
