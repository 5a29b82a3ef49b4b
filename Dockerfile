# Two stages: types are stripped and dependencies pruned in the first, only what runs is in the second.
FROM node:24.21-bookworm-slim AS build
WORKDIR /signals
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
RUN npm ci
COPY src ./src
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24.21-bookworm-slim
ENV NODE_ENV=production SIGNALS__DATA_DIRECTORY=/var/lib/signals
WORKDIR /signals
RUN mkdir -p /var/lib/signals && chown node:node /var/lib/signals
COPY --from=build --chown=node:node /signals/package.json ./
COPY --from=build --chown=node:node /signals/node_modules ./node_modules
COPY --from=build --chown=node:node /signals/dist ./dist
USER node
VOLUME /var/lib/signals
EXPOSE 8080
CMD ["node", "dist/main.js"]
