-- CreateEnum
CREATE TYPE "grant_status" AS ENUM ('ok', 'suspect', 'needs_consent');

-- CreateEnum
CREATE TYPE "attempt_state" AS ENUM ('sent', 'done', 'failed');

-- CreateTable
CREATE TABLE "account_grants" (
    "id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "account_name" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "access_token" TEXT NOT NULL,
    "access_expires_at" TIMESTAMPTZ(3) NOT NULL,
    "refresh_at" TIMESTAMPTZ(3) NOT NULL,
    "refresh_token" TEXT,
    "previous_refresh_token" TEXT,
    "consented_at" TIMESTAMPTZ(3),
    "status" "grant_status" NOT NULL DEFAULT 'ok',
    "status_reason" TEXT,
    "status_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "version" INTEGER NOT NULL DEFAULT 0,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "lease_owner" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "attempt_state" "attempt_state",
    "attempt_hash" TEXT,
    "attempt_at" TIMESTAMPTZ(3),
    "in_doubt" BOOLEAN NOT NULL DEFAULT false,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "cooldown_until" TIMESTAMPTZ(3),
    "cooldown_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "account_grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "oauth_clients" (
    "id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "secret" TEXT,
    "label" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "oauth_clients_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent_states" (
    "hash" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "redirect_uri" TEXT NOT NULL,
    "scopes" TEXT NOT NULL,
    "verifier" TEXT NOT NULL,
    "binding" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "consent_states_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "encryption_keys" (
    "id" TEXT NOT NULL,
    "canary" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "encryption_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" SERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "account_grants_refresh_at_idx" ON "account_grants"("refresh_at");

-- CreateIndex
CREATE UNIQUE INDEX "account_grants_provider_client_id_account_id_scopes_key" ON "account_grants"("provider", "client_id", "account_id", "scopes");

-- CreateIndex
CREATE UNIQUE INDEX "oauth_clients_provider_client_id_key" ON "oauth_clients"("provider", "client_id");

-- CreateIndex
CREATE INDEX "consent_states_expires_at_idx" ON "consent_states"("expires_at");

-- CreateIndex
CREATE INDEX "audit_at_idx" ON "audit"("at");
