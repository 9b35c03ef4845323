#!/bin/bash
# What is wrong with the way to the server is said in a line: no server, wrong password, no password, no TLS, a stranger's certificate, one that has expired, a user who may not.   refused.sh
. "$(dirname "$0")/control.sh"
mkdir -p /run/netns
ip link set lo up
trap scenario_off EXIT
cd "$WORK"
try() { # TITLE COMMAND ...
  local title=$1 exit=0
  shift
  "$@" >out 2>&1 || exit=$?
  echo "$title: exit $exit: $(tr '\n' '|' <out)"
}
hosts() { $VSANEMU hosts --control "$@"; }
# A node waits for a server that is not there yet, and for nothing that will never be.
node() { timeout 120 $VSANEMU node --name m1 --control "$@"; }

try "no server" hosts redis://127.0.0.1:6379
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
redis_on --requirepass secret --tls-port 6380 --tls-cert-file cert.pem --tls-key-file key.pem --tls-ca-cert-file cert.pem --tls-auth-clients no \
  --user reader on '>word' '~vsanemu:*' '&*' +@read +@connection
export VSANEMU_CONTROL_PASSWORD=wrong
try "wrong password" hosts redis://127.0.0.1:6379
try "wrong password, as a node" node redis://127.0.0.1:6379
unset VSANEMU_CONTROL_PASSWORD
try "no password" hosts redis://127.0.0.1:6379
try "password on the command line" hosts redis://:secret@127.0.0.1:6379
try "password with a slash" hosts redis://me:12/secret@127.0.0.1:6379
printf 'secret\n' >password
export VSANEMU_CONTROL_PASSWORD_FILE=$WORK/password
try "password from a file" hosts redis://127.0.0.1:6379
try "no TLS" hosts rediss://127.0.0.1:6379
try "no TLS, as a node" node rediss://127.0.0.1:6379
try "TLS where none is asked for" hosts redis://127.0.0.1:6380
try "unknown certificate" hosts rediss://localhost:6380
export SSL_CERT_FILE=$WORK/cert.pem
try "known certificate" hosts rediss://localhost:6380
try "another name" hosts rediss://127.0.0.1:6380
VSANEMU_CONTROL=redis://reader:word@127.0.0.1:6379
export VSANEMU_CONTROL
try "may not write" $VSANEMU verify --control env --members 2 --wait 1s --plain
redis_killed
openssl req -new -key key.pem -out request.pem -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
openssl x509 -req -days -1 -in request.pem -signkey key.pem -copy_extensions copy -out cert.pem 2>/dev/null
redis_on --tls-port 6380 --tls-cert-file cert.pem --tls-key-file key.pem --tls-ca-cert-file cert.pem --tls-auth-clients no
try "expired certificate" hosts rediss://localhost:6380
redis_killed
redis_on
# One who is there and says nothing.
exec 3<>/dev/tcp/127.0.0.1/6379
redis-cli -h 127.0.0.1 config set maxclients 1 >/dev/null
try "too many clients" hosts redis://127.0.0.1:6379
exec 3>&-
try "no address" hosts ftp://somewhere
