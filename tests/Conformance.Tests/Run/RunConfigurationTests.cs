// The configuration file of a run is read strictly: what is wrong is told by its key.

namespace FhirHub.Conformance.Tests;

public sealed class RunConfigurationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Servers_and_variables_are_read()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.json"), RunKeys.Elliptic("k").Private);
        using var configuration = await ReadAsync(
            """
            {
              // Comments are for people.
              "destinations": [
                {"name": "Ours", "url": "http://127.0.0.1:8080/fhir/", "dicomweb": "http://127.0.0.1:8080/dicomweb/", "token": "abc"},
                {"url": "https://fhir.example.org/fhir", "tokenVariable": "OTHER_TOKEN"},
                {"url": "https://fhir.example.org/fhir", "client": {"id": "me", "keyFile": "key.json", "scope": "system/*.rs", "tokenUrl": "https://login.example.org/token?x=1"}},
                {"url": "https://fhir.example.org/fhir", "client": {"id": "you", "keyVariable": "KEY"}},
                {"url": "https://fhir.example.org/fhir"}
              ],
              "variables": {"patient": "123"}
            }
            """, ("OTHER_TOKEN", "def\n"), ("KEY", RunKeys.Rsa("r").Private));

        Assert.Equal(5, configuration.Destinations.Count);
        var (first, second, third) = (configuration.Destinations[0], configuration.Destinations[1], configuration.Destinations[2]);
        Assert.Equal(("Ours", "http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080/dicomweb"), (first.Name, first.FhirBase.AbsoluteUri, first.DicomwebBase!.AbsoluteUri));
        Assert.Equal("abc", await first.AccessToken!(default));
        Assert.Null(first.Client);
        Assert.Equal(("https://fhir.example.org/fhir", null), (second.Name, second.DicomwebBase));
        Assert.Equal("def", await second.AccessToken!(default));
        Assert.Equal("me", third.Client!.Assertions.ClientId);
        Assert.Equal(new Uri("https://login.example.org/token?x=1"), await third.Client.TokenUrlAsync(default));
        Assert.Equal("you", configuration.Destinations[3].Client!.Assertions.ClientId);
        Assert.Null(configuration.Destinations[4].AccessToken);
        Assert.Equal("123", configuration.Variables["patient"]);
    }

    [Theory]
    [InlineData("[]", "the file must be an object.")]
    [InlineData("{}", "destinations must be an array of at least one server.")]
    [InlineData("""{"destinations":[]}""", "destinations must be an array of at least one server.")]
    [InlineData("""{"destination":[]}""", "destination is no key; there are destinations, variables.")]
    [InlineData("""{"destinations":[5]}""", "destinations[0] must be an object.")]
    [InlineData("""{"destinations":[{}]}""", "destinations[0].url is missing; give the server's FHIR base.")]
    [InlineData("""{"destinations":[{"url":"fhir"}]}""", "destinations[0].url must be an address such as https://fhir.example.org/fhir.")]
    [InlineData("""{"destinations":[{"url":"http://me:secret@host/fhir"}]}""", "destinations[0].url must be an address such as https://fhir.example.org/fhir.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","dicomweb":"ftp://a"}]}""", "destinations[0].dicomweb must be an address such as https://fhir.example.org/dicomweb.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","Token":"x"}]}""", "destinations[0].Token is no key; there are name, url, dicomweb, token, tokenVariable, client.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","token":""}]}""", "destinations[0].token must be a text that is not empty.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","token":"Bearer x"}]}""", "destinations[0].token must be an access token, without 'Bearer' and without blanks.")]
    [InlineData("""{"destinations":[{"url":"http://a/b"},{"url":"http://a/b","tokenVariable":"NOT_SET"}]}""", "destinations[1].tokenVariable names the environment variable NOT_SET, which is not set.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","token":"x","client":{}}]}""", "destinations[0] may have one of 'token', 'tokenVariable' and 'client'.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","client":{"keyFile":"k"}}]}""", "destinations[0].client.id is missing; give the client_id.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","client":{"id":"a"}}]}""", "destinations[0].client needs one of 'keyFile' and 'keyVariable', which holds the private key as a JWK.")]
    [InlineData("""{"destinations":[{"url":"http://a/b","client":{"id":"a","keyVariable":"SECRET"}}]}""", "destinations[0].client.keyVariable: The environment variable SECRET is no JWK (RFC 7517).")]
    [InlineData("""{"destinations":[{"url":"http://a/b"}],"variables":{"a":5}}""", "variables.a must be a text.")]
    public async Task What_is_wrong_is_told_by_its_key(string json, string message)
    {
        var failure = await Assert.ThrowsAsync<ScriptException>(() => ReadAsync(json, ("SECRET", "not to be shown")));

        Assert.Equal($"{FilePath}: {message}", failure.Message);
    }

    [Theory]
    [InlineData("{", "the file is no JSON: ")]
    [InlineData("""{"variables":{"a":"1","a":"2"}}""", "the file is no JSON: ")]
    [InlineData("""{"destinations":[{"url":"http://a/b","client":{"id":"a","keyFile":"missing.json"}}]}""", "destinations[0].client.keyFile: The key file ")]
    public async Task A_file_that_can_t_be_read_is_told(string json, string message) =>
        Assert.StartsWith($"{FilePath}: {message}", (await Assert.ThrowsAsync<ScriptException>(() => ReadAsync(json))).Message, StringComparison.Ordinal);

    private string FilePath => Path.Combine(_folder, "run.json");

    private async Task<RunConfiguration> ReadAsync(string json, params (string Name, string Value)[] environment)
    {
        await File.WriteAllTextAsync(FilePath, json);
        return await RunConfiguration.ReadAsync(FilePath, name => environment.FirstOrDefault(variable => variable.Name == name).Value, null, null, default);
    }
}
