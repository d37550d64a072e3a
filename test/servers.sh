# servers.sh: servers of a TAP script's own, which go away with it. Read by
# the scripts of test/tap, not run; they stand in the project's folder.
bin=$("${PG_CONFIG:-pg_config}" --bindir)
work=$(mktemp -d)
chmod 755 "$work"
[ "$(id -u)" != 0 ] || chown postgres "$work"
unset PGHOSTADDR PGPORT PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE
export PGHOST=$work PGUSER=postgres
export PGOPTIONS='-c client_min_messages=warning'
n=0 bad=0
members=$(<test/members.sql)

# a server does not run as root
as()
{
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid postgres --regid postgres --clear-groups -- "$@"
	else
		"$@"
	fi
}

stop_all()
{
	local data

	for data in "$work"/*/postmaster.pid; do
		[ ! -e "$data" ] || as "$bin/pg_ctl" -D "${data%/*}" -m immediate stop
	done >/dev/null 2>&1
	rm -rf "$work"
}
trap stop_all EXIT

report()	# report STATUS NAME [FILE]: one line of TAP; what FILE (out) tells of a failure
{
	n=$((n + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		bad=1
		sed 's/^/# /' "$work/${3:-out}" | cut -c1-200 | head -20
	fi
}

start()	# start NAME PORT
{
	as "$bin/pg_ctl" -D "$work/$1" -l "$work/$1/log" -w -t 60 start -o "-k $work -p $2 -c listen_addresses= \
		-c wal_level=logical -c max_wal_senders=8 -c hot_standby=on -c shared_buffers=32MB -c max_worker_processes=16"
}

# Page checksums are the default of some releases only, and pg_upgrade wants
# them on both sides.
init()	# init NAME
{
	as "$bin/initdb" -A trust -U postgres -E UTF8 --locale=C.UTF-8 -k --no-sync -D "$work/$1"
}

on()	# on PORT SQL…: runs it, the answer goes to $work/out
{
	local port=$1 sql args=()

	shift
	for sql in "$@"; do args+=(-c "$sql"); done
	psql -XAtq -v ON_ERROR_STOP=1 -p "$port" "${args[@]}" >"$work/out" 2>&1
}

keep()	# keep FILE: the answer, to be compared with a later one
{
	cp "$work/out" "$work/$1"
}

same()	# same FILE NAME: the answer is the one that was kept, and is one
{
	diff "$work/$1" "$work/out" >"$work/diff" && [ -s "$work/$1" ]
	report $? "$2" diff
}

# first_server NAME: at port 1, with the extension and test/kept.sql in the
# database $PGDATABASE
first_server()
{
	{ init "$1" && start "$1" 1; } >"$work/out" 2>&1 || give_up 'no server'
	{ psql -Xq -p 1 -d postgres -c "CREATE DATABASE $PGDATABASE" &&
		psql -Xq -v ON_ERROR_STOP=1 -p 1 -c 'CREATE EXTENSION abm' -f test/kept.sql; } >"$work/out" 2>&1 || give_up 'cannot be set up'
}

give_up()	# give_up WHY
{
	cat "$work/out"
	echo "Bail out! $1"
	exit 1
}

skip()	# skip NAME WHY: nothing is tried
{
	echo "ok 1 - $1 # SKIP $2"
	echo 1..1
	exit 0
}

end()	# the last test, and the end of the script
{
	! grep -aE 'PANIC|TRAP|AddressSanitizer|terminated by signal' "$work"/*/log >"$work/out"
	report $? "nothing terrible in the logs"
	echo "1..$n"
	exit $bad
}
