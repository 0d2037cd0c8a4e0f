// The keys under FhirHub:Storage:Cosmos: what they make of the options, and what they refuse.

using FhirHub.Storage.Cosmos;
using Microsoft.Extensions.Configuration;

namespace FhirHub.Server.Tests;

public sealed class CosmosConfigurationTests : IDisposable
{
    private const string Prefix = "FhirHub:Storage:Cosmos:";
    private static readonly string s_key = Convert.ToBase64String("the key that nobody may see"u8);
    private readonly string _folder = Directory.CreateTempSubdirectory("fhirhub-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void With_nothing_but_address_key_and_folder_the_rest_has_its_defaults()
    {
        var options = Read();
        Assert.Equal(new Uri("https://hub.example:443/"), options.Endpoint);
        Assert.Equal((s_key, "fhirhub", 4_000, 0), (options.Key, options.Database, options.Throughput, options.Regions.Count));
        Assert.Equal((_folder, null), (options.BlobFolder, options.Bucket));
    }

    [Fact]
    public void All_keys_arrive_at_the_store()
    {
        var options = Read(
            ("Database", "records"), ("Throughput", "10000"), ("Regions", "West Europe; North Europe"), ("RequestSeconds", "7"), ("RetryBudgetSeconds", "8"),
            ("SweepSeconds", "9"), ("Parallelism", "10"), ("Matches", "11000")).ToStoreOptions(Common);
        Assert.Equal(("records", 10_000, "West Europe|North Europe"), (options.Database, options.Throughput, string.Join('|', options.Regions)));
        Assert.Equal((7, 8, 9), (options.RequestTimeout.TotalSeconds, options.RetryBudget.TotalSeconds, options.SweepInterval.TotalSeconds));
        Assert.Equal((10, 11_000), (options.Parallelism, options.MatchesAtMost));
        Assert.Equal((s_key, null), (options.Key, options.Credential));
        Assert.IsType<FolderBodyBlobs>(options.Blobs);
        Assert.Equal("common", options.IndexFingerprint);
    }

    [Theory]
    [InlineData("Managed", "ManagedIdentityCredential")]
    [InlineData("workload", "WorkloadIdentityCredential")]
    public void An_identity_takes_the_place_of_a_key(string identity, string credential)
    {
        var options = Read(("Key", null), ("Identity", identity), ("ClientId", Guid.NewGuid().ToString())).ToStoreOptions(Common);
        Assert.Null(options.Key);
        Assert.Equal(credential, options.Credential?.GetType().Name);
    }

    [Fact]
    public void Secrets_are_read_from_files_and_regions_from_lists()
    {
        var (key, secret) = (Path.Combine(_folder, "key"), Path.Combine(_folder, "secret"));
        File.WriteAllText(key, s_key + "\n");
        File.WriteAllText(secret, "of the bucket");
        var options = Read(
            ("Key", null), ("KeyFile", key), ("Regions:0", "West Europe"), ("Regions:1", "North Europe"), ("Blobs:Folder", null), ("Blobs:Bucket", "hub-bodies"),
            ("Blobs:Endpoint", "https://s3.hospital.example"), ("Blobs:AccessKey", "hub"), ("Blobs:SecretKeyFile", secret), ("Blobs:Prefix", "a/b/"), ("Blobs:RequestSeconds", "12"));
        Assert.Equal((s_key, 2), (options.Key, options.Regions.Count));
        Assert.Equal(
            new S3BlobOptions { Bucket = "hub-bodies", Endpoint = new Uri("https://s3.hospital.example"), PathStyle = true, AccessKey = "hub", SecretKey = "of the bucket", Prefix = "a/b/", Timeout = TimeSpan.FromSeconds(12) },
            options.Bucket);
    }

    [Fact]
    public void A_serverless_account_has_no_throughput() => Assert.Null(Read(("Throughput", "serverless")).Throughput);

    [Theory]
    [InlineData("Endpoint", null)]
    [InlineData("Endpoint", "hub")]
    [InlineData("Endpoint", "http://hub.example/")]
    [InlineData("Endpoint", "https://user:secret@hub.example/")]
    [InlineData("Key", "no base64!")]
    [InlineData("Key", "")]
    [InlineData("KeyFile", "/none/such")]
    [InlineData("Identity", "Managed")]
    [InlineData("Database", "a/b")]
    [InlineData("Throughput", "400")]
    [InlineData("Throughput", "lots")]
    [InlineData("Throughput", "0")]
    [InlineData("Regions", "West Europe;West Europe")]
    [InlineData("Regions", "../")]
    [InlineData("RequestSeconds", "0")]
    [InlineData("RetryBudgetSeconds", "301")]
    [InlineData("SweepSeconds", "0")]
    [InlineData("Parallelism", "0")]
    [InlineData("Matches", "1")]
    [InlineData("Blobs:Folder", null)]
    [InlineData("Blobs:Folder", "")]
    [InlineData("Blobs:Bucket", "and-a-folder")]
    public void A_bad_value_stops_the_start_with_one_line_that_names_the_key_and_shows_no_secret(string key, string? value) => Refuses(key, (key, value));

    [Theory]
    [InlineData("Blobs:Bucket", "Not A Bucket")]
    [InlineData("Blobs:Endpoint", "http://s3.example")]
    [InlineData("Blobs:Prefix", "/bodies")]
    [InlineData("Blobs:Prefix", "../")]
    [InlineData("Blobs:AccessKey", null)]
    [InlineData("Blobs:SecretKeyFile", "/none/such")]
    [InlineData("Blobs:RequestSeconds", "0")]
    public void A_bad_value_of_a_bucket_does_so_too(string key, string? value) =>
        Refuses(key, ("Blobs:Folder", null), ("Blobs:Bucket", "hub-bodies"), ("Blobs:AccessKey", "hub"), ("Blobs:SecretKey", "the secret of the bucket"), (key, value));

    [Fact]
    public void A_key_file_with_more_than_a_secret_is_refused_without_being_shown()
    {
        var path = Path.Combine(_folder, "key");
        File.WriteAllText(path, $"{s_key}\n{s_key}");
        Refuses("KeyFile", ("Key", null), ("KeyFile", path));
    }

    [Fact]
    public void Options_are_shown_without_secrets()
    {
        var options = Read();
        var shown = $"{options} {options.ToStoreOptions(Common)} {new FhirHubOptions { Cosmos = options }}";
        Assert.DoesNotContain(s_key, shown, StringComparison.Ordinal);
        Assert.Contains("hub.example", shown, StringComparison.Ordinal);
    }

    private static FhirHub.Storage.Sqlite.SqliteStoreOptions Common => new() { Path = "none", Extract = static (_, _) => [], IndexFingerprint = "common" };

    private void Refuses(string key, params (string Key, string? Value)[] values)
    {
        var refused = Assert.Throws<ConfigurationException>(() => Read(values));
        Assert.Contains(Prefix + key, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", refused.Message, StringComparison.Ordinal);
        foreach (var secret in new[] { s_key, "the secret of the bucket", "user:secret" })
            Assert.DoesNotContain(secret, refused.Message, StringComparison.Ordinal);
    }

    private CosmosOptions Read(params (string Key, string? Value)[] values)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["FhirHub:Storage:Provider"] = "Cosmos",
            [Prefix + "Endpoint"] = "https://hub.example:443/",
            [Prefix + "Key"] = s_key,
            [Prefix + "Blobs:Folder"] = _folder,
        };
        foreach (var (key, value) in values)
            all[Prefix + key] = value;
        foreach (var missing in all.Where(static pair => pair.Value is null).ToList())
            all.Remove(missing.Key);
        return ConfigurationReader.Read(new ConfigurationBuilder().AddInMemoryCollection(all).Build()).Cosmos!;
    }
}
