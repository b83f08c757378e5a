package units

import (
	"maps"
	"slices"
	"strings"
)

// meant is the hint for a name that the block does not have.
func (b *body) meant(name string) string {
	all := slices.AppendSeq(slices.Collect(maps.Keys(b.attrs)), maps.Keys(b.blocks))
	lower := strings.ToLower(name) // systemd.unit(5) has ExecStart, for one
	if slices.Contains(all, lower) {
		return "It is called `" + lower + "`."
	}
	if hint := elsewhereOf[b.kind][lower]; hint != "" {
		return hint
	}
	if hint := elsewhere[lower]; hint != "" {
		return hint
	}
	return didYouMean(name, all, "Take it out: unitd.units(5) lists what there is.")
}

// blockMeant is the hint for a block that is written as an attribute.
func blockMeant(name string) string {
	switch name {
	case "restart":
		return saidByRestart
	case "listen":
		return saidByListen
	case "health":
		return elsewhere["healthcheck"]
	}
	return "Write " + name + " { … } without the =."
}

// Where people look for a thing under the name that another program has for it, or in another place.
const (
	saidByCommand = "The program is `command`, a list: command = [\"gunicorn\", \"app:app\"]."
	saidByApp     = "It belongs to the app that the pool runs."
	saidByJob     = "A program that runs at certain times is a `job`."
	saidByPool    = "Copies behind a socket are a `pool`; separate units are a `for_each`."
	saidByProgram = "It belongs to an app: a job is a program that ends."
	saidByAccount = "Everything runs as the account of unitd."
	saidByLog     = "Write log { stdout = \"…\" }."
	saidByRestart = "Write restart { policy = \"always\" }."
	saidByListen  = "Sockets are opened by unitd: listen \"http\" { address = \"127.0.0.1:8001\" }."
)

// elsewhere holds for units of all kinds and the blocks in them.
var elsewhere = map[string]string{
	"exec":               saidByCommand,
	"cmd":                saidByCommand,
	"execstart":          saidByCommand,
	"script":             saidByCommand,
	"args":               saidByCommand,
	"interpreter":        saidByCommand,
	"environment":        "It is called `env`.",
	"environmentfile":    "It is called `env_file`.",
	"working_directory":  "It is called `directory`.",
	"workingdirectory":   "It is called `directory`.",
	"workdir":            "It is called `directory`.",
	"cwd":                "It is called `directory`.",
	"user":               saidByAccount + " There is no `user`.",
	"group":              saidByAccount + " There is no `group`.",
	"autostart":          "It is called `enabled`.",
	"autorestart":        saidByRestart,
	"restartsec":         "Write restart { delay = \"1s\" }.",
	"startsecs":          "Whether a program is ready says its `type`, or a `health` block.",
	"startretries":       "Write restart { burst = 3 }.",
	"stopsignal":         "It is called `stop_signal`.",
	"stopwaitsecs":       "It is called `stop_timeout`.",
	"kill_timeout":       "It is called `stop_timeout`.",
	"redirect_stderr":    "Both go to one file unless log { stderr = \"…\" } says otherwise.",
	"stdout_logfile":     saidByLog,
	"out_file":           saidByLog,
	"stderr_logfile":     "Write log { stderr = \"…\" }.",
	"error_file":         "Write log { stderr = \"…\" }.",
	"depends_on":         "It is called `requires`; for the order alone, `after`.",
	"instances":          saidByPool,
	"numprocs":           saidByPool,
	"replicas":           saidByPool,
	"scale":              saidByPool,
	"ports":              saidByListen,
	"healthcheck":        "Write health \"NAME\" { path = \"/health\" }.",
	"max_memory_restart": "Write limits { memory = \"256M\" }; a pool replaces well workers by recycle { max_memory = \"256M\" }.",
	"image":              "unitd runs programs of the account, no images.",
	"watch":              "Nothing is restarted because files change: unitctl reload UNIT does that when they are complete.",
	"per_worker":         "It belongs to `listen` of a pool.",
	"interval":           "Of a job it is called `every`.",
	"runtime_max":        "Of a job it is called `timeout`.",
	"retries":            "Write retry { attempts = 3 }.",
}

// elsewhereOf holds for units of one kind.
var elsewhereOf = map[string]map[string]string{
	"app": {
		"cron": saidByJob, "cron_restart": saidByJob, "schedule": saidByJob, "every": saidByJob, "timezone": saidByJob, "catch_up": saidByJob,
		"workers": saidByPool, "dispatch": saidByPool, "recycle": saidByPool, "hang_timeout": saidByPool, "min_ready": saidByPool,
		"memory": "Write limits { memory = \"256M\" }.",
	},
	"supervisor.defaults": {"alert": "It belongs to the supervisor itself: there it speaks for its members too."},
	"job": {
		"cron": "It is called `schedule`.", "timer": "It is called `schedule`.", "oncalendar": "It is called `schedule`.",
		"type": saidByProgram, "remain": saidByProgram, "pid_file": saidByProgram, "ready_fd": saidByProgram, "watchdog": saidByProgram,
		"fd_store_max": saidByProgram, "reload": saidByProgram, "health": saidByProgram, "listen": saidByProgram,
	},
	"pool": {
		"command": saidByApp, "directory": saidByApp, "env": saidByApp, "env_file": saidByApp, "path_prepend": saidByApp, "umask": saidByApp,
		"pre_start": saidByApp, "post_start": saidByApp, "pre_stop": saidByApp, "post_stop": saidByApp,
		"type": saidByApp, "start_timeout": saidByApp, "stop_timeout": saidByApp, "stop_signal": saidByApp, "kill_mode": saidByApp,
		"success_exit": saidByApp, "watchdog": saidByApp, "restart": saidByApp, "health": saidByApp, "secret": saidByApp,
		"limits": saidByApp, "sandbox": saidByApp, "log": saidByApp, "control": saidByApp, "fd_store_max": saidByApp,
	},
}
