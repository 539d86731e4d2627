package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"supportledger/store/storetest"
)

// failing has the system refuse these calls of processes, and of those that they start, with EIO, as a disk does that
// errors. end lets them through again.
func failing(t *testing.T, calls string, pids ...int) (end func()) {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed, which has the system answer EIO: apt-get install strace")
	}
	args := []string{"-f", "-q", "-o", os.DevNull, "-e", "trace=" + calls, "-e", "inject=" + calls + ":error=EIO"}
	for _, pid := range pids {
		args = append(args, "-p", strconv.Itoa(pid))
	}
	cmd := exec.Command("strace", args...)
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	end = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
	}
	t.Cleanup(end)
	for began := time.Now(); !traced(pids[len(pids)-1]); time.Sleep(10 * time.Millisecond) {
		select {
		case <-ended:
			t.Skipf("nothing can be traced here: %s", said.String())
		default:
		}
		if time.Since(began) > storetest.Within(20*time.Second) {
			t.Fatalf("strace does not begin: %s", said.String())
		}
	}
	return end
}

// traced reports whether another process stands between a process and the system.
func traced(pid int) bool {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return err == nil && !strings.Contains(string(status), "TracerPid:\t0\n")
}

// TestDiskErrors has the disk of a SQLite file answer EIO while a server writes, to what it writes and to its syncs
// alone: what could not be made durable is not acknowledged, the refusal says that the disk fails, /readyz is red and
// what reads goes on. The same process writes again when the disk does, and all that was acknowledged is there.
func TestDiskErrors(t *testing.T) {
	for _, calls := range []string{"fsync,fdatasync", "pwrite64"} {
		t.Run(calls, func(t *testing.T) {
			dsn := storetest.EmptySQLite(t)
			w := newWriter(t, dsn, openedAt(t, dsn)["finance_officer"])
			w.takes(10)
			end := failing(t, calls, w.p.cmd.Process.Pid)
			w.refused("disk_failed", "uncertain")
			end()
			w.goesOn()
			w.keptAll(dsn)
		})
	}
}
