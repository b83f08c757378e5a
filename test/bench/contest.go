package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// site is the app that the contestants serve. It says which process has answered.
const site = `import os
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.get("/", response_class=PlainTextResponse)
async def hello():
    return str(os.getpid())
`

// workers is how many processes serve it.
const workers = 2

// A contestant is the site under one of the managers that are compared.
type contestant struct {
	name, address string
	// pids are the workers that there are, ready or not.
	pids   func() ([]int, error)
	reload func() error
	end    func() error
}

// settings are how contestants are set up for what is measured; zero: as usual.
type settings struct {
	requests int           // after which a worker is recycled
	life     time.Duration // at the end of which it has come to them; requests is chosen by that
	age      time.Duration // at which unitd recycles one
	hang     time.Duration // after which one that does nothing is replaced
	sockets  bool          // workers behind the proxy listen on Unix sockets
}

// The places of the contestants in the field.
const (
	inherited = iota // a pool of unitd whose workers inherit their socket
	proxied          // one with dispatch "proxy"
	gunicorn
	contestants
)

// contest has f compare the contestants, once they serve.
func (h *host) contest(s settings, f func([]*contestant) error) (err error) {
	dir := filepath.Join(h.root, "site")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "main.py"), []byte(site), 0o644); err != nil {
		return err
	}
	var field []*contestant
	defer func() {
		for _, c := range field {
			err = errors.Join(err, c.end())
		}
	}()
	for _, start := range [contestants]func(string, settings) (*contestant, error){inherited: h.inheritedPool, proxied: h.proxiedPool, gunicorn: h.gunicorn} {
		c, err := start(dir, s)
		if err != nil {
			return err
		}
		field = append(field, c)
	}
	for _, c := range field {
		if err := c.await(nil); err != nil {
			return err
		}
	}
	return f(field)
}

// inheritedPool serves the site by a pool of unitd whose workers accept themselves, and count their requests.
func (h *host) inheritedPool(dir string, s settings) (*contestant, error) {
	flags := `"--fd", "3"`
	if s.requests > 0 {
		flags += `, "--limit-max-requests", worker.max_requests`
	}
	return h.unitdPool("unitd", dir, flags, "", s)
}

// proxiedPool serves the site by a pool of unitd that passes requests on.
func (h *host) proxiedPool(dir string, s settings) (*contestant, error) {
	place := `"--port", worker.port`
	if s.sockets {
		place = `"--uds", worker.socket`
	}
	return h.unitdPool("unitd proxy", dir, place, "  dispatch = \"proxy\"\n", s)
}

// unitdPool serves the site by a pool of unitd, whose uvicorn has flags. In namespaces the pids that the site answers
// with would be others than those of the host.
func (h *host) unitdPool(name, dir, flags, pool string, s settings) (*contestant, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	if s.requests > 0 {
		pool += fmt.Sprintf("  recycle {\n    max_requests = %d\n  }\n", s.requests)
	}
	if s.age > 0 {
		pool += fmt.Sprintf("  recycle {\n    max_age = %q\n  }\n", s.age)
	}
	if s.hang > 0 {
		pool += fmt.Sprintf("  hang_timeout = %q\n", s.hang)
	}
	m, err := h.start(fmt.Sprintf(`
app "site" {
  command   = ["/usr/bin/python3", "-m", "uvicorn", %s, "--no-access-log", "--log-level", "error", "main:app"]
  directory = %q
  health "http" {
    path = "/"
  }
  restart {
    delay = "0s"
  }
  sandbox {
    namespace = "off"
  }
}
pool "site" {
  app     = app.site
  workers = %d
  listen "http" {
    address = "127.0.0.1:%s"
  }
%s}
`, flags, dir, workers, port, pool))
	if err != nil {
		return nil, err
	}
	return &contestant{
		name: name, address: "127.0.0.1:" + port,
		pids: func() ([]int, error) {
			units, err := m.units()
			if err != nil {
				return nil, err
			}
			var pids []int
			for _, u := range units {
				for _, w := range u.Workers {
					if w.MainPID != 0 {
						pids = append(pids, w.MainPID)
					}
				}
			}
			return pids, nil
		},
		reload: func() error {
			if output, err := m.command("unitctl", "reload", "site").CombinedOutput(); err != nil {
				return fmt.Errorf("unitctl reload: %w: %s", err, output)
			}
			return nil
		},
		end: m.end,
	}, nil
}

// gunicorn serves the site by gunicorn with uvicorn's workers.
func (h *host) gunicorn(dir string, s settings) (*contestant, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	args := []string{
		"--workers", strconv.Itoa(workers), "--worker-class", "uvicorn.workers.UvicornWorker",
		"--bind", "127.0.0.1:" + port, "--log-level", "error",
	}
	if s.requests > 0 {
		args = append(args, "--max-requests", strconv.Itoa(s.requests), "--max-requests-jitter", strconv.Itoa(s.requests/10))
	}
	if s.hang > 0 {
		args = append(args, "--timeout", strconv.Itoa(int(s.hang.Seconds())))
	}
	cmd := exec.Command("gunicorn", append(args, "main:app")...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: h.account.Credential, Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	h.started = append(h.started, cmd.Process)
	master := cmd.Process.Pid
	return &contestant{
		name: "gunicorn", address: "127.0.0.1:" + port,
		pids:   func() ([]int, error) { return children(master) },
		reload: func() error { return cmd.Process.Signal(syscall.SIGHUP) },
		end: func() error {
			return errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
		},
	}, nil
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, errors.Join(err, listener.Close())
}

// children are those of a process, as proc_pid_task_children(5) has them.
func children(pid int) ([]int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, word := range strings.Fields(string(text)) {
		child, err := strconv.Atoi(word)
		if err != nil {
			return nil, err
		}
		pids = append(pids, child)
	}
	return pids, nil
}

// await waits until all workers are others than those given, and each of them has answered.
func (c *contestant) await(gone []int) error {
	answered := map[int]bool{}
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		pids, err := c.pids()
		if err != nil {
			return err
		}
		if pid, err := c.ask(); err == nil {
			answered[pid] = true
		}
		serving := len(pids) == workers
		for _, pid := range pids {
			serving = serving && answered[pid] && !slices.Contains(gone, pid)
		}
		if serving {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: of workers %v, %v have answered within %s", c.name, pids, answered, patience)
		}
	}
}

// ask is one request on a connection of its own: which worker has answered.
func (c *contestant) ask() (pid int, err error) {
	const soon = 250 * time.Millisecond // it may have been sent to a worker that does not answer
	client := &http.Client{Timeout: soon, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get("http://" + c.address + "/")
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(body))
}
