# The Docker engine of a measurement, and what is made on it: all of it ends with the script, however that ends.

# keep_engine WORK MARK OWN: the hand on it is standard input. When that closes, everything with the mark is removed, the engine if it is our own, and the folder.
keep_engine() {
  trap '' INT TERM HUP
  local daemon=
  if [ "$3" = own ]; then
    ip link set lo up
    # A session of its own: Ctrl-C is for the script, which ends, and then this does.
    setsid dockerd --data-root "$1/data" --exec-root "$1/exec" --pidfile "$1/pid" --host "unix://$1/docker.sock" --bip 198.19.255.1/24 \
      --default-address-pool base=198.19.0.0/17,size=24 </dev/null >"$1/log" 2>&1 &
    daemon=$!
  fi
  read -r _ || true
  docker ps -aq --filter "label=$2" | xargs -r docker rm -f
  docker network ls -q --filter "label=$2" | xargs -r docker network rm
  docker image ls -q "$2" | sort -u | xargs -r docker image rm -f
  if [ -n "$daemon" ]; then
    kill "$daemon"
    wait "$daemon"
    grep -o " $1/[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
  fi
  rm -rf "$1"
}

# take_engine: one that is reachable, or one of our own in its own network namespace, with its own data, as the tests have it (tests/VsanEmu.Containers/Engine.cs).
take_engine() {
  local how=theirs i
  place=()
  if ! docker info >/dev/null 2>&1; then
    how=own
    export DOCKER_HOST=unix://$work/docker.sock
  fi
  export -f keep_engine
  exec {hand}> >(exec $([ $how = own ] && echo unshare --net) bash -c 'keep_engine "$@"' keep "$work" "$mark" "$how" >/dev/null 2>&1)
  keeper=$!
  trap release EXIT
  trap 'exit 130' INT TERM HUP
  [ $how = own ] || return 0
  place=(nsenter "--net=/proc/$keeper/ns/net")
  for ((i = 0; i < 150; i++)); do
    ! docker info >/dev/null 2>&1 || return 0
    [ -e "/proc/$keeper" ] || break
    sleep 0.2
  done
  complain 3 "the Docker engine does not start: $(grep -E 'level=(error|fatal)|failed to start' "$work/log" | tail -n 1)"
}

release() {
  local code=$?
  trap - EXIT
  # Signals that come now change nothing: what there is, is being removed.
  trap '' INT TERM HUP
  [ -z "${watch:-}" ] || kill "$watch" 2>/dev/null || true
  exec {hand}>&-
  while [ -e "/proc/$keeper" ]; do sleep 0.1; done
  exit "$code"
}

# network NAME [OPTION ...]
network() { docker network create --label "$mark" "${@:2}" "$mark-$1" >/dev/null; }

# fabric: the members' network, on a bridge that snoops, with a querier.
fabric() {
  network fabric --subnet 198.18.0.0/24 -o "com.docker.network.bridge.name=$bridge" -o com.docker.network.bridge.enable_ip_masquerade=false
  "${place[@]}" ip link set "$bridge" type bridge mcast_query_use_ifaddr 1 mcast_query_interval 200 mcast_startup_query_interval 100 mcast_membership_interval 500 \
    mcast_last_member_interval 10 mcast_query_response_interval 100 mcast_querier_interval 400 mcast_igmp_version 3
  # Last: how long the switch floods until it trusts its querier is the response interval that it has now.
  "${place[@]}" ip link set "$bridge" type bridge mcast_querier 1
}

# container NAME NETWORK [ADDRESS] -- [OPTION ...] IMAGE [ARGUMENT ...]: made, not started; with no capability, and nothing to write to.
container() {
  local name=$1 net=$2 address=()
  shift 2
  [ "$1" = -- ] || { address=(--ip "$1"); shift; }
  shift
  docker create --name "$mark-$name" --label "$mark" --pull never --network "$mark-$net" "${address[@]}" --network-alias "$name" --cap-drop ALL --read-only "$@" >/dev/null
}

pid() { docker inspect -f '{{.State.Pid}}' "$mark-$1"; }

# own_memory NAME: bytes that are a container's process's alone.
own_memory() { awk '/^Rss(Anon|Shmem):/ { sum += $2 } END { print sum * 1024 }' "/proc/$(pid "$1")/status"; }

# all_memory NAME: bytes of its control group, with the kernel's and files' share.
all_memory() {
  local path
  path=$(awk -F: '$2 == "memory" { print "/sys/fs/cgroup/memory" $3 "/memory.usage_in_bytes" } $1 == 0 && $2 == "" { print "/sys/fs/cgroup" $3 "/memory.current" }' "/proc/$(pid "$1")/cgroup" |
    while read -r file; do [ ! -r "$file" ] || echo "$file"; done | head -n 1)
  cat "$path"
}
