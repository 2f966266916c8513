# The service. Tests and the private PostgreSQL are for development: here the database is named in HAZARDS_POSTGRES.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json .editorconfig ./
COPY src/ src/
COPY tools/Hazards.LocalPostgres/ tools/Hazards.LocalPostgres/
RUN dotnet publish src/Hazards.Api/Hazards.Api.csproj --configuration Release --output /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
COPY deploy/healthy /usr/local/bin/healthy
ENV ASPNETCORE_URLS=http://+:8080
EXPOSE 8080
# The first key is written here, readable by the service's account only; deploy/README.md says how to fetch it.
RUN mkdir /keys && chown app:app /keys && chmod 700 /keys
VOLUME /keys
# The image's own unprivileged account.
USER app
HEALTHCHECK --interval=10s --timeout=5s --retries=6 CMD ["healthy"]
ENTRYPOINT ["dotnet", "Hazards.Api.dll"]
CMD ["serve", "--bootstrap-key-file", "/keys/first-key"]
