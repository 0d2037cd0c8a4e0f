// The servers and variables of a run as a JSON file names them (testscript run --config FILE; docs/testscript.md).

using System.Text.Json;

namespace FhirHub.Conformance;

/// <summary>What a configuration file says. Whoever read it disposes it after the run.</summary>
public sealed class RunConfiguration : IDisposable
{
    private const int MaxBytes = 1024 * 1024;

    private readonly string _file;
    private readonly Func<string, string?> _environment;
    private readonly TimeProvider _clock;
    private readonly HttpMessageHandler? _handler;
    private readonly List<ClientCredentials> _clients = [];

    private RunConfiguration(string file, Func<string, string?> environment, TimeProvider clock, HttpMessageHandler? handler) =>
        (_file, _environment, _clock, _handler) = (file, environment, clock, handler);

    /// <summary>The servers, the first of which is destination 1.</summary>
    public IReadOnlyList<Destination> Destinations { get; private set; } = [];

    /// <summary>The values of variables.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = new Dictionary<string, string>();

    /// <summary>Reads a file. Key files in it are looked for beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="environment">Reads an environment variable; null for the process's own.</param>
    /// <param name="clock">The clock of tokens; null for the system's.</param>
    /// <param name="handler">What sends requests for tokens; null for an own one.</param>
    /// <param name="cancel">Ends the reading.</param>
    /// <exception cref="ScriptException">The file can't be read, or says what can't be; the message names the key.</exception>
    public static async Task<RunConfiguration> ReadAsync(
        string path, Func<string, string?>? environment, TimeProvider? clock, HttpMessageHandler? handler, CancellationToken cancel)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxBytes })
                throw new ScriptException($"{path}: the file is larger than {MaxBytes} bytes.");
            bytes = await File.ReadAllBytesAsync(path, cancel);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ScriptException($"{path}: the file can't be read: {failure.Message}");
        }

        var configuration = new RunConfiguration(path, environment ?? Environment.GetEnvironmentVariable, clock ?? TimeProvider.System, handler);
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false });
            await configuration.ReadAsync(document.RootElement, cancel);
            return configuration;
        }
        catch (JsonException malformed)
        {
            configuration.Dispose();
            throw new ScriptException($"{path}: the file is no JSON: {malformed.Message}");
        }
        catch
        {
            configuration.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
        _clients.Clear();
    }

    private async Task ReadAsync(JsonElement root, CancellationToken cancel)
    {
        Allow(root, "", "destinations", "variables");
        if (!root.TryGetProperty("destinations", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
            throw Wrong("destinations", "must be an array of at least one server");
        var destinations = new List<Destination>();
        foreach (var element in list.EnumerateArray())
            destinations.Add(await DestinationAsync(element, $"destinations[{destinations.Count}]", cancel));
        Destinations = destinations;
        if (!root.TryGetProperty("variables", out var variables))
            return;
        Allow(variables, "variables");
        Variables = variables.EnumerateObject().ToDictionary(
            static variable => variable.Name,
            variable => variable.Value.ValueKind == JsonValueKind.String ? variable.Value.GetString()! : throw Wrong($"variables.{variable.Name}", "must be a text"),
            StringComparer.Ordinal);
    }

    private async Task<Destination> DestinationAsync(JsonElement element, string path, CancellationToken cancel)
    {
        Allow(element, path, "name", "url", "dicomweb", "token", "tokenVariable", "client");
        var fhirBase = Address(element, path, "url") ?? throw Wrong($"{path}.url", "is missing; give the server's FHIR base");
        var destination = new Destination(fhirBase) { DicomwebBase = Address(element, path, "dicomweb") };
        if (Text(element, path, "name") is { } name)
            destination = destination with { Name = name };
        var client = element.TryGetProperty("client", out var section);
        if (new[] { client, element.TryGetProperty("token", out _), element.TryGetProperty("tokenVariable", out _) }.Count(static given => given) > 1)
            throw Wrong(path, "may have one of 'token', 'tokenVariable' and 'client'");
        if (client)
            return await WithClientAsync(destination, section, $"{path}.client", cancel);
        var token = Text(element, path, "token") ?? FromEnvironment(element, path, "tokenVariable");
        if (token is null)
            return destination;
        if (token.Any(static letter => letter is <= ' ' or > '~'))
            throw Wrong($"{path}.token", "must be an access token, without 'Bearer' and without blanks");
        return destination with { AccessToken = _ => ValueTask.FromResult<string?>(token) };
    }

    private async Task<Destination> WithClientAsync(Destination destination, JsonElement section, string path, CancellationToken cancel)
    {
        Allow(section, path, "id", "keyFile", "keyVariable", "scope", "tokenUrl");
        var id = Text(section, path, "id") ?? throw Wrong($"{path}.id", "is missing; give the client_id");
        var file = Text(section, path, "keyFile");
        var inline = FromEnvironment(section, path, "keyVariable");
        if (file is null == inline is null)
            throw Wrong(path, "needs one of 'keyFile' and 'keyVariable', which holds the private key as a JWK");
        SigningKey key;
        try
        {
            key = file is not null
                ? await SigningKey.ReadAsync(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_file))!, file), cancel)
                : SigningKey.Parse(inline!, $"The environment variable {Text(section, path, "keyVariable")}");
        }
        catch (ScriptException unusable)
        {
            throw Wrong(path + (file is not null ? ".keyFile:" : ".keyVariable:"), unusable.Message);
        }

        var credentials = new ClientCredentials(
            destination.FhirBase, new ClientAssertions(id, key, _clock), Text(section, path, "scope"), Address(section, path, "tokenUrl", isBase: false), _clock, _handler);
        _clients.Add(credentials);
        return destination with { AccessToken = credentials.GetAsync, Client = credentials };
    }

    // A misspelt key would be left out in silence.
    private void Allow(JsonElement element, string path, params string[] names)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong(path.Length == 0 ? "the file" : path, "must be an object");
        foreach (var member in element.EnumerateObject())
        {
            if (names.Length > 0 && !names.Contains(member.Name))
                throw Wrong(path.Length == 0 ? member.Name : $"{path}.{member.Name}", $"is no key; there are {string.Join(", ", names)}");
        }
    }

    private string? Text(JsonElement element, string path, string name)
    {
        if (!element.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : throw Wrong($"{path}.{name}", "must be a text that is not empty");
    }

    private string? FromEnvironment(JsonElement element, string path, string name)
    {
        if (Text(element, path, name) is not { } variable)
            return null;
        return _environment(variable) is { Length: > 0 } value ? value.Trim() : throw Wrong($"{path}.{name}", $"names the environment variable {variable}, which is not set");
    }

    private Uri? Address(JsonElement element, string path, string name, bool isBase = true)
    {
        if (Text(element, path, name) is not { } text)
            return null;
        if (!Uri.TryCreate(isBase ? text.TrimEnd('/') : text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0
            || address.Fragment.Length > 0 || (isBase && address.Query.Length > 0))
        {
            throw Wrong($"{path}.{name}", $"must be an address such as https://fhir.example.org/{(isBase ? name == "dicomweb" ? "dicomweb" : "fhir" : "auth/token")}");
        }

        return address;
    }

    private ScriptException Wrong(string key, string what) => new($"{_file}: {key} {what}{(what.EndsWith('.') ? "" : ".")}");
}
