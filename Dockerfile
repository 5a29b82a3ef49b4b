# The last stage has what runs, and neither the compiler nor the Node that npm can bring.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /signals

FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY supply-chain ./supply-chain
RUN npm run build

FROM base AS modules
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

FROM base
ENV NODE_ENV=production \
    PATH=/signals/bin:$PATH \
    SIGNALS__DATA_DIRECTORY=/var/lib/signals
# A volume that is mounted over one of these begins as its copy, and so with its owner.
RUN install -d -o 1000 -g 1000 /var/lib/signals /keys /key-set
COPY package.json ./
COPY bin ./bin
COPY --from=modules /signals/node_modules ./node_modules
COPY --from=build /signals/dist ./dist
RUN install -d -o 1000 -g 1000 node_modules/.cache
USER 1000:1000
# What main.js keeps for the next start, so that the first one has it too.
RUN ["node", "--input-type=module", "-e", "const { enableCompileCache, flushCompileCache } = await import('node:module'); enableCompileCache('node_modules/.cache/compiled'); await import('/signals/dist/serve.js'); flushCompileCache()"]
VOLUME /var/lib/signals
EXPOSE 8080 9464
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.SIGNALS__HTTP__PORT || 8080) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/main.js"]
