#!/bin/sh
# Makes once what deploy/compose.yaml keeps in volumes: certificates, the key of the replica set, passwords, the sites'
# settings that are secret. What is there stays as it is. It needs openssl alone.
#   make-secrets.sh DATABASE_FOLDER SITE_FOLDER PROXY_FOLDER
set -eu
umask 077

database=$1 site=$2 proxy=$3
: "${BASE_URL:?is the address that people type}"

# Who reads a file owns it: mongod (999), the site (1000) and nginx (101) run as these in their images. It is the last thing
# that is done to a file: root without other rights can't read it afterwards.
give() { # owner file...
  owner=$1
  shift
  chmod 0400 "$@"
  if [ "$(id -u)" = 0 ]; then chown "$owner" "$@"; fi
}

random() { openssl rand -hex 32; }

sign() { # name subject-alternative-names folder
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/O=sesame/CN=$1" \
    -keyout "$3/$1.key" -out "$3/$1.csr" 2>/dev/null
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$2" >"$3/$1.ext"
  openssl x509 -req -in "$3/$1.csr" -CA "$3/ca.pem" -CAkey "$3/ca.key" -CAcreateserial -days 3650 \
    -extfile "$3/$1.ext" -out "$3/$1.crt" 2>/dev/null
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The database and whoever speaks to it. The file that is written last says that all of it is there.
if [ ! -e "$site/site.env" ]; then
  rm -f "$database"/* "$site"/*
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj '/O=sesame/CN=sesame database' -addext 'keyUsage=critical,keyCertSign' \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
  sign database 'DNS:database-1,DNS:database-2,DNS:database-3,DNS:localhost' "$work"
  cat "$work/database.crt" "$work/database.key" >"$database/database.pem"
  cp "$work/ca.pem" "$database/ca.pem"
  openssl rand -base64 741 >"$database/replica-set.key"
  # Each on a line of its own: one that could not be made ends this script, and does not become an empty secret.
  password=$(random)
  signing=$(random)
  encryption=$(random)
  pepper=$(random)
  printf %s "$password" >"$database/site.password"
  random | tr -d '\n' >"$database/admin.password"
  give 999:999 "$database"/*

  cp "$work/ca.pem" "$site/ca.pem"
  members=database-1:27017,database-2:27017,database-3:27017
  options='replicaSet=sesame&authSource=sesame&tls=true&tlsCAFile=/run/sesame/ca.pem'
  cat >"$site/unfinished" <<SETTINGS
MONGO_URL=mongodb://sesame:$password@$members/sesame?$options
SESSION_SECRETS=$signing
SESSION_ENCRYPTION_KEY=$encryption
PASSWORD_PEPPER=$pepper
SETTINGS
  give 1000:1000 "$site"/*
  mv "$site/unfinished" "$site/site.env"
  echo 'Made the database’s certificate and passwords, and the sites’ secrets.'
fi

# For people's browsers. It vouches for itself: put a real one in its place.
if [ ! -e "$proxy/certificate.pem" ]; then
  rm -f "$proxy"/*
  host=${BASE_URL#*://}
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 397 \
    -subj '/CN=sesame' -addext "subjectAltName=DNS:${host%%:*}" \
    -keyout "$proxy/key.pem" -out "$proxy/unfinished" 2>/dev/null
  give 101:101 "$proxy/key.pem" "$proxy/unfinished"
  mv "$proxy/unfinished" "$proxy/certificate.pem"
  echo "Made a certificate for ${host%%:*} that vouches for itself."
fi

# This one follows the settings.
rm -f "$proxy/address.conf"
echo "map \"\" \$base_url { default \"$BASE_URL\"; }" >"$proxy/address.conf"
give 101:101 "$proxy/address.conf"
