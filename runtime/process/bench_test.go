package process

import (
	"context"
	"os"
	"os/exec"
	"testing"
)

// BenchmarkSpawn measures a program from start to known exit status, with its init and all events.
func BenchmarkSpawn(b *testing.B) {
	done := make(chan bool, 1)
	dir := b.TempDir()
	table, err := Open(dir, func(e Event) {
		if exited, ok := e.(Exited); ok && exited.Main {
			done <- true
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error)
	go func() { ended <- table.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		<-ended
		table.Close()
	})
	null := openNull(b)
	for i := range b.N {
		_, err := table.Spawn(Spec{
			Token: uint64(i), Name: "bench", Path: "/bin/true", Args: []string{"true"}, Env: os.Environ(), PIDVars: []string{"LISTEN_PID"},
			Dir: "/", Umask: 0o022, Stdout: null, Stderr: null, ExitFile: dir + "/exit", Namespaces: namespaces(),
		})
		if err != nil {
			b.Fatal(err)
		}
		<-done
	}
}

// BenchmarkOSExec is the same without an init, by the standard library.
func BenchmarkOSExec(b *testing.B) {
	null := openNull(b)
	for range b.N {
		cmd := exec.Command("/bin/true")
		cmd.Dir, cmd.Stdout, cmd.Stderr = "/", null, null
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	spec := Spec{Path: "/bin/true", Args: []string{"true"}, Env: os.Environ(), PIDVars: []string{"LISTEN_PID"}}
	for range b.N {
		Compile(spec).Bytes()
	}
}

func openNull(b *testing.B) *os.File {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { null.Close() })
	return null
}
