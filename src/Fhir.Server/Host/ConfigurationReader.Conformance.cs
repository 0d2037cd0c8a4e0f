// The keys under FhirHub:Conformance.

using FhirHub.Server.Conformance;

namespace FhirHub.Server;

/// <content>Runs of TestScripts.</content>
public static partial class ConfigurationReader
{
    private const string ConformanceKey = "FhirHub:Conformance";

    private static ConformanceOptions Conformance(IConfiguration configuration)
    {
        var defaults = new ConformanceOptions();
        return new ConformanceOptions
        {
            Runs = Number(configuration, $"{ConformanceKey}:Runs", defaults.Runs, 1, 100),
            RunSeconds = Number(configuration, $"{ConformanceKey}:RunSeconds", defaults.RunSeconds, 1, 24 * 3600),
            Scripts = Number(configuration, $"{ConformanceKey}:Scripts", defaults.Scripts, 1, 10_000),
            Requests = Number(configuration, $"{ConformanceKey}:Requests", defaults.Requests, 1, 1_000_000),
            ResponseBytes = Number(configuration, $"{ConformanceKey}:ResponseBytes", defaults.ResponseBytes, 1024, 1024 * 1024 * 1024),
            KeepDays = Number(configuration, $"{ConformanceKey}:KeepDays", defaults.KeepDays, 0, 3650),
            Servers = ServersToTest(configuration, $"{ConformanceKey}:Servers"),
        };
    }

    private static List<TestServer> ServersToTest(IConfiguration configuration, string key)
    {
        var servers = new List<TestServer>();
        foreach (var section in configuration.GetSection(key).GetChildren())
        {
            string At(string name) => $"{section.Path}:{name}";
            var name = section["Name"] is { Length: > 0 } given ? given : throw new ConfigurationException($"{At("Name")} is missing.");
            if (name == TestServers.Self || servers.Exists(other => other.Name == name))
                throw new ConfigurationException($"{At("Name")} is '{name}'; each server has a name of its own, and '{TestServers.Self}' is this one.");
            var server = new TestServer(name, ServerAddress(section, "Url") ?? throw new ConfigurationException($"{At("Url")} is missing."))
            {
                Dicomweb = ServerAddress(section, "Dicomweb"),
                Token = section["Token"],
                ClientId = section["ClientId"],
                KeyFile = section["KeyFile"],
                Scope = section["Scope"],
                TokenUrl = ServerAddress(section, "TokenUrl"),
            };
            if (server is { Token: not null, ClientId: not null })
                throw new ConfigurationException($"{section.Path} has both Token and ClientId; write one of them.");
            if (server.ClientId is null != server.KeyFile is null || (server.ClientId is not null && server.Scope is null))
                throw new ConfigurationException($"{section.Path} needs ClientId, KeyFile and Scope together: a backend service proves by its key who it is.");
            if (server.KeyFile is { } file && !File.Exists(file))
                throw new ConfigurationException($"{At("KeyFile")} is '{file}', which is no file; it must be one with the private key of the client as a JSON Web Key.");
            servers.Add(server);
        }

        return servers;
    }

    private static Uri? ServerAddress(IConfigurationSection section, string name)
    {
        if (section[name] is not { } value)
            return null;
        return Uri.TryCreate(value.TrimEnd('/'), UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0 }
            ? address
            : throw new ConfigurationException($"{section.Path}:{name} is '{value}'; it must be an http or https address, such as https://his.example.org/fhir.");
    }
}
