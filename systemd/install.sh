#!/bin/sh
# Installs Lockstep as a service, or brings an installation up to date. Run it as root from the project's folder,
# after `npm ci && npm run build`. It may be run again at any time: settings, keys and data are never touched.
#
#   sudo systemd/install.sh              install on this machine
#   systemd/install.sh --root DIR        only put the files below DIR (for packages and tests): no user, no systemctl
set -eu
umask 022

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

root=
while [ $# -gt 0 ]; do
  case $1 in
    --root) [ $# -ge 2 ] && [ -n "$2" ] || fail '--root needs a directory'; root=${2%/}; shift 2 ;;
    -h|--help) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) fail "unknown option $1 (there is --root DIR)" ;;
  esac
done

package=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
node=node_modules/.bin/node
cli=dist/src/cli.js
[ -f "$package/$cli" ] || fail "there is no $cli: run npm ci && npm run build first"
[ -x "$package/$node" ] || fail "there is no $node: run npm ci, which brings Node 24 along"
[ -n "$root" ] || [ "$(id -u)" = 0 ] || fail 'run this as root (sudo systemd/install.sh)'

program=$root/opt/lockstep
settings=$root/etc/lockstep
unit=$root/etc/systemd/system/lockstep.service
command=$root/usr/local/bin/lockstep
[ "$package" != "$program" ] || fail "run it from the project's folder, not from $program"

if [ -z "$root" ]; then
  if getent passwd lockstep >/dev/null; then
    say 'user lockstep: is there'
  else
    useradd --system --user-group --home-dir /var/lib/lockstep --no-create-home --shell /usr/sbin/nologin lockstep
    say 'user lockstep: made'
  fi
  getent group dialout >/dev/null || fail 'there is no group dialout: make it, and give it the serial devices (udev)'
fi

# The new program is put beside the old one and then takes its place: an interruption leaves one of the two whole.
new=$program.new
rm -rf "$new"
mkdir -p "$new"
for part in dist config systemd docs examples node_modules package.json package-lock.json README.md CHANGELOG.md LICENSE; do
  [ ! -e "$package/$part" ] || cp -R -P -p "$package/$part" "$new/"
done
if command -v npm >/dev/null && [ -f "$new/package-lock.json" ]; then
  (cd "$new" && npm prune --omit=dev --ignore-scripts --offline --no-audit --no-fund --loglevel=error >/dev/null) \
    || say 'development tools could not be left out; they do no harm'
fi
[ -x "$new/$node" ] || fail "the copy of Node in $new is missing"
[ -n "$root" ] || chown -R root:root "$new"
# A clone made under a umask of 077 is readable for its owner only; the service runs as another user.
chmod -R u+rwX,go+rX,go-w "$new"
rm -rf "$program.old"
if [ -e "$program" ]; then
  mv "$program" "$program.old"
  said='brought up to date'
else
  said='installed'
fi
mv "$new" "$program"
rm -rf "$program.old"
say "program: $said in $program"

mkdir -p "$settings" "$(dirname "$unit")" "$(dirname "$command")"
chmod 0750 "$settings"
if [ -e "$settings/lockstep.yaml" ]; then
  say "settings: $settings/lockstep.yaml is there, left as it is"
else
  cp "$program/config/lockstep.example.yaml" "$settings/lockstep.yaml"
  chmod 0640 "$settings/lockstep.yaml"
  say "settings: $settings/lockstep.yaml made from the example: edit it before the first start"
fi
[ -n "$root" ] || chown root:lockstep "$settings" "$settings/lockstep.yaml"

printf '#!/bin/sh\nexec /opt/lockstep/%s /opt/lockstep/%s "$@"\n' "$node" "$cli" >"$command.new"
chmod 0755 "$command.new"
mv "$command.new" "$command"
say "command: $command"

cp "$program/systemd/lockstep.service" "$unit.new"
chmod 0644 "$unit.new"
mv "$unit.new" "$unit"
say "unit: $unit"

[ -z "$root" ] || exit 0
systemctl daemon-reload
if systemctl is-active --quiet lockstep; then
  systemctl restart lockstep
  say 'service: restarted'
else
  say 'service: not running. Edit the settings, then: systemctl enable --now lockstep'
fi
say 'Who may use the command: members of the group lockstep (usermod -aG lockstep NAME). What is wrong: lockstep doctor'
