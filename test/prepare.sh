#!/bin/sh
# Makes the machine ready for `make test`. As root it installs what is missing from Debian's packages and
# creates the account that tests run as; as a user it says what is missing and what that leaves out.
set -eu

account=unitd-test # internal/testuser runs every test binary of root as this user
PATH=$PATH:/usr/sbin:/sbin

have() { command -v "$1" >/dev/null 2>&1; }
python() { /usr/bin/python3 -c "import $1" >/dev/null 2>&1; }

missing=
python fastapi || missing="$missing python3-fastapi"
python uvicorn || missing="$missing python3-uvicorn"
python pytest || missing="$missing python3-pytest"
python httpx || missing="$missing python3-httpx"
{ have alembic && python alembic; } || missing="$missing alembic"
python sqlalchemy || missing="$missing python3-sqlalchemy"
{ have gunicorn && python gunicorn; } || missing="$missing gunicorn"
have wrk || missing="$missing wrk"
have curl || missing="$missing curl"
have git || missing="$missing git"
have gpg || missing="$missing gnupg"
have ps || missing="$missing procps"
have "${CC:-gcc}" || missing="$missing gcc libc6-dev"
have crontab || missing="$missing cron"
have systemd-notify || missing="$missing systemd"
# Daemons that test/daemons runs.
have redis-server || missing="$missing redis-server"
have haproxy || missing="$missing haproxy"
have nginx || missing="$missing nginx"
have apache2 || missing="$missing apache2-bin"
have beanstalkd || missing="$missing beanstalkd"
have lighttpd || missing="$missing lighttpd"
have node || missing="$missing nodejs"
ls /usr/sbin/php-fpm* >/dev/null 2>&1 || missing="$missing php-fpm"
if [ "$(uname -m)" = x86_64 ]; then # the interpreter of the other architecture is built and run too
	have aarch64-linux-gnu-gcc || missing="$missing gcc-aarch64-linux-gnu"
	have qemu-aarch64-static || missing="$missing qemu-user-static"
fi

services() { ls /etc/init.d 2>/dev/null || true; }

# install_quietly installs packages without the services that they bring: none is started, now or at boot.
install_quietly() {
	before=" $(services | tr '\n' ' ')"
	policy=/usr/sbin/policy-rc.d # asked by every maintainer script before it starts something
	if [ ! -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		trap 'exit 130' INT TERM
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 755 "$policy"
	fi
	status=0
	apt-get install -y -qq --no-install-recommends "$@" || status=$?
	for service in $(services); do
		case "$before" in
		*" $service "*) ;;
		*) update-rc.d "$service" disable || true ;;
		esac
	done
	return "$status"
}

if [ "$(id -u)" = 0 ]; then
	if [ -n "$missing" ] && have apt-get; then
		echo "installing for the tests:$missing"
		log=$(mktemp)
		export DEBIAN_FRONTEND=noninteractive
		# shellcheck disable=SC2086 # a list of package names
		if apt-get update -qq >"$log" 2>&1 && install_quietly $missing >>"$log" 2>&1; then
			missing=
		else
			tail -n 5 "$log" >&2
		fi
		rm -f "$log"
	fi
	if ! id "$account" >/dev/null 2>&1; then
		useradd --system --no-create-home --home-dir /nonexistent --shell /bin/sh "$account" ||
			echo "account $account could not be created: tests run as nobody" >&2
	fi
fi

if [ -n "$missing" ]; then
	echo "not installed:$missing" >&2
	echo "tests that need them are skipped and say so; on Debian: apt-get install$missing" >&2
fi
