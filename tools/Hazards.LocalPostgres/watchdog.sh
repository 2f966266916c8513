# Runs the server for as long as its host lives. The host holds the other end of standard input: when the host ends,
# however it ends, the pipe closes and the server is shut down. A server that dies while the host lives is started
# again. Told to the host on standard output: "started <pid>", "ended <exit code>".
#
# $1 the server's log; $2 "yes" when the data are temporary; $3 the data folder; $4 the socket's folder; then the server's command.
log=$1 temporary=$2 data=$3 sockets=$4
shift 4
cd /
exec 3<&0 </dev/null

server= over=
finish() {
    over=1
    [ -z "$server" ] || kill -INT "$server" 2>/dev/null
}
trap finish USR1 TERM
trap '' HUP INT QUIT PIPE

(
    trap - USR1 TERM
    while read -r _ <&3; do :; done
    kill -USR1 $$
    # A server that has not yet installed its signal handlers misses the first signal.
    sleep 1
    kill -USR1 $$ 2>/dev/null
) >/dev/null 2>&1 &
reader=$!
exec 3<&-

# Should this shell be killed too, the kernel tells the server, where it can.
if setpriv --pdeathsig INT true 2>/dev/null; then set -- setpriv --pdeathsig INT "$@"; fi

while [ -z "$over" ]; do
    "$@" >>"$log" 2>&1 &
    server=$!
    [ -z "$over" ] || finish
    echo "started $server"
    wait "$server"
    code=$?
    while kill -0 "$server" 2>/dev/null; do # a signal to this shell ends a wait early
        wait "$server"
        code=$?
    done
    server=
    echo "ended $code"
    [ "$code" -ne 0 ] || break # stopped on purpose
    [ -n "$over" ] || sleep 1
done

kill "$reader" 2>/dev/null
[ "$sockets" = "$data" ] || rm -rf "$sockets" 2>/dev/null
[ "$temporary" != yes ] || rm -rf "$data" 2>/dev/null
exit 0
