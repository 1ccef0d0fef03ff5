#!/bin/sh
# Makes what deploy/compose.yaml keeps in volumes: certificates, the key of the replica set, passwords, and the sites'
# secret settings. Files that exist stay as they are, except address.conf. It needs openssl alone.
#   make-secrets.sh DATABASE_FOLDER SITE_FOLDER PROXY_FOLDER
set -eu
umask 077

database=$1 site=$2 proxy=$3
: "${BASE_URL:?is the address that people type}"

# Each file belongs to the user that reads it: mongod (999), the site (1000) and nginx (101) have these ids in their images.
# This is the last step for each file: root without other capabilities can't read the file afterwards.
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

# The files of the database and its clients. The last of them is written when all others are there.
if [ ! -e "$site/site.env" ]; then
  rm -f "$database"/* "$site"/*
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -subj '/O=sesame/CN=sesame database' -addext 'keyUsage=critical,keyCertSign' \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
  sign database 'DNS:database-1,DNS:database-2,DNS:database-3,DNS:localhost' "$work"
  cat "$work/database.crt" "$work/database.key" >"$database/database.pem"
  cp "$work/ca.pem" "$database/ca.pem"
  openssl rand -base64 741 >"$database/replica-set.key"
  # Each on a line of its own: if one can't be made, the script ends and writes no empty secret.
  password=$(random)
  signing=$(random)
  encryption=$(random)
  fields=$(random)
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
ENCRYPTION_KEYS=$fields
PASSWORD_PEPPER=$pepper
SETTINGS
  give 1000:1000 "$site"/*
  mv "$site/unfinished" "$site/site.env"
  echo 'Made the database’s certificate and passwords, and the sites’ secrets.'
fi

# For visitors' browsers. It is self-signed: replace it by a real one.
if [ ! -e "$proxy/certificate.pem" ]; then
  rm -f "$proxy"/*
  host=${BASE_URL#*://}
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 397 \
    -subj '/CN=sesame' -addext "subjectAltName=DNS:${host%%:*}" \
    -keyout "$proxy/key.pem" -out "$proxy/unfinished" 2>/dev/null
  give 101:101 "$proxy/key.pem" "$proxy/unfinished"
  mv "$proxy/unfinished" "$proxy/certificate.pem"
  echo "Made a self-signed certificate for ${host%%:*}."
fi

# This file is written each time, because BASE_URL may change.
rm -f "$proxy/address.conf"
echo "map \"\" \$base_url { default \"$BASE_URL\"; }" >"$proxy/address.conf"
give 101:101 "$proxy/address.conf"
