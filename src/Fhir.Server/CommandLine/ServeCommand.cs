// serve: the server in the foreground.

using System.CommandLine;

namespace FhirHub.Server;

/// <summary>The verb <c>serve</c>, which is also what runs without a verb.</summary>
internal static class ServeCommand
{
    // What ASP.NET Core's host reads beside FhirHub's own keys.
    private static readonly string[] Settings = ["FhirHub:", "Logging:", "Kestrel:", "urls", "http_ports", "https_ports", "environment", "AllowedHosts"];

    /// <summary>The verb with its help.</summary>
    public static Command Create()
    {
        var command = new Command("serve", "Serve the FHIR API, on http://127.0.0.1:8080/fhir unless told otherwise")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.Options.Add(VerbHelp.Option(
            """
            The server runs until the process is told to end (Ctrl-C). Settings are given as --Key=value, by environment variable (FhirHub__DataPath) or in appsettings.json:
              --urls=http://127.0.0.1:8080   addresses to listen on
              --FhirHub:DataPath=./data      folder of the records
              --FhirHub:Auth:Mode=Open       no authorization, loopback only
              --FhirHub:Integrity=Off        references to missing resources: Off, Report, Enforce
            """));
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Serves with the settings that the parser left over.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        return await AreSettingsAsync(parsed, "serve")
            ? await FhirHost.RunAsync([.. parsed.UnmatchedTokens], cancel)
            : FhirHubCommand.UsageError;
    }

    /// <summary>True if what the parser left over are settings; else it says which is none.</summary>
    public static async Task<bool> AreSettingsAsync(ParseResult parsed, string verb)
    {
        if (Unknown(parsed.UnmatchedTokens) is not { } unknown)
            return true;
        await Console.Error.WriteLineAsync(unknown.StartsWith('-')
            ? $"'{unknown}' is not a setting; settings are --FhirHub:Key=value, --urls=… and those of ASP.NET Core. Try 'fhirhub {verb} --help'."
            : $"'{unknown}' is not a verb. Try 'fhirhub --help'.");
        return false;
    }

    // --Key=value, --Key value and /Key value are what the configuration system knows; a word that follows a key is its value.
    private static string? Unknown(IReadOnlyList<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (!token.StartsWith("--", StringComparison.Ordinal))
                return token;
            var equals = token.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? token[2..] : token[2..equals];
            if (!Settings.Any(s => s.EndsWith(':') ? key.StartsWith(s, StringComparison.OrdinalIgnoreCase) : key.Equals(s, StringComparison.OrdinalIgnoreCase)))
                return token;
            if (equals < 0 && ++i == tokens.Count)
                return token;
        }

        return null;
    }
}
