package executor_test

import (
	"fmt"
	"net"
	"testing"

	"unitd/policy/job"
)

// What programs give up for good, with namespaces and without: files, connections, signals and system calls.
func TestConfinement(t *testing.T) {
	h := newHome(t)
	h.write(t, "site/page", "page\n", 0o644)
	h.write(t, "site/data/old", "data\n", 0o644)
	h.write(t, ".ssh/id", "private\n", 0o600)
	h.write(t, "key", "of the app\n", 0o600)
	allowed, forbidden := listener(t), listener(t)
	text := `
locals {
  no = "no() { if sh -c \"$1\" 2>/dev/null; then echo \"should not work: $1\"; exit 9; fi; }\n"
}
app "files" {
  type    = "oneshot"
  command = ["sh", "-euxc", <<-EOS
    ${local.no}
    cat ~/site/page ~/site/data/old; echo x >~/site/data/new; mv ~/site/data/new ~/site/data/newer; rm ~/site/data/newer
    no "cat ~/.ssh/id"; no "ls ~"; no "echo x >~/site/page"; no ": >~/site/page"; no "touch ~/site/x"; no "cat /proc/1/status"
    echo again >/dev/stderr
    no "cp /bin/true ~/site/data/true && ~/site/data/true"; test "$(cat $CREDENTIALS_DIRECTORY/key)" = "of the app"
  EOS
  ]
  secret "key" {
    file = "~/key"
  }
  sandbox {
    landlock {
      read_only  = ["~/site", "/etc", "/dev/null"]
      read_write = ["~/site/data", "/dev/null"]
      execute    = ["/usr", "/bin", "/lib", "/lib64"]
    }
  }
}
app "tcp" {
  type    = "oneshot"
  command = [var.program, "program:connects", "${var.allowed}", "${var.forbidden}"]
  sandbox {
    landlock {
      connect_tcp = [var.allowed]
    }
  }
}
app "calls" {
  type    = "oneshot"
  command = [var.program, "program:calls", "mount EPERM", "ptrace EPERM", "personality EPERM", "inet6 EAFNOSUPPORT", "unix OK", "x32 EPERM", "newer ENOSYS", "getpid OK", "io_uring EPERM"]
  sandbox {
    seccomp                   = ["@system-service", "~@privileged", "~@debug"]
    restrict_address_families = ["AF_UNIX", "AF_INET"]
    lock_personality          = true
  }
}
app "all_but" {
  type       = "oneshot"
  command    = [var.program, "program:calls", "mount EPERM", "ptrace EPERM", "personality OK", "inet6 OK", "newer OK", "x32 EPERM"]
  pre_start  = [[var.program, "program:calls", "mount EPERM", "inet6 OK"]]
  sandbox {
    seccomp = ["~@mount", "~ptrace"]
  }
}
app "unrestricted" {
  type    = "oneshot"
  command = [var.program, "program:calls", "personality OK", "inet6 OK", "unix OK", "newer OK", "getpid OK"]
}
app "beside" {
  command    = ["sleep", "1000"]
  post_start = [[var.program, "program:calls", "mount EPERM", "inet6 EAFNOSUPPORT"]]
  reload {
    command = [var.program, "program:calls", "mount EPERM", "inet6 EAFNOSUPPORT"]
  }
  health "calls" {
    command  = [var.program, "program:calls", "mount EPERM", "inet6 EAFNOSUPPORT"]
    interval = "10ms"
  }
  sandbox {
    seccomp                   = ["@system-service"]
    restrict_address_families = ["AF_UNIX"]
  }
}
app "neighbour" {
  command    = ["sh", "-c", "echo $$ >~/neighbour; exec sleep 1000"]
  post_start = [["sh", "-c", "while ! test -s ~/neighbour; do sleep 0.01; done"]]
  sandbox {
    namespace = "off"
  }
}
app "signals" {
  type     = "oneshot"
  requires = [app.neighbour]
  command  = ["sh", "-euxc", "${local.no} sleep 1000 & kill $!; no \"kill $(cat ~/neighbour)\""]
  sandbox {
    namespace = "off"
    landlock {
      scopes = ["signal", "abstract_unix_socket"]
    }
  }
}
app "cannot_start" {
  command = ["sleep", "1000"]
  enabled = false
  restart {
    policy = "no"
  }
  sandbox {
    landlock {
      read_only = ["/usr", "/lib", "/lib64"]
      execute   = ["/etc"]
    }
  }
}
app "nowhere" {
  command = ["sleep", "1000"]
  enabled = false
  restart {
    policy = "no"
  }
  sandbox {
    landlock {
      read_only = ["~/nowhere"]
    }
  }
}
variable "allowed" {
  default = ` + fmt.Sprint(allowed) + `
}
variable "forbidden" {
  default = ` + fmt.Sprint(forbidden) + `
}
`
	if !contained {
		text = "unitd {\n  namespace = \"off\"\n}\n" + text
	}
	m := live(t, h, h.load(t, text))
	for _, name := range []string{"files", "tcp", "calls", "all_but", "unrestricted", "signals"} {
		m.wellEnded(name)
	}
	m.active("app.beside")
	m.result(m.reload("beside"), job.Done, "")
	m.result(m.start("cannot_start"), job.Failed, "landlock does not let it start; name it, or a directory above it, in execute")
	m.result(m.start("nowhere"), job.Failed, "landlock read_only: "+h.dir+"/nowhere does not exist")
}

// listener listens on a port of this host and accepts.
func listener(t *testing.T) (port int) {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}
