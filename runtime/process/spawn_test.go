package process

import (
	"testing"
)

func TestExitCode(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.spec("exit", "3"))
	main := b.started(token).PID
	exited := b.mainExited(token)
	if exited.PID != main || exited.Status.String() != "exit 3" {
		t.Errorf("got %+v", exited)
	}
	b.empty(token)
	t.Log(init, b.of(token))
}
