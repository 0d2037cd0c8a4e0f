// The keys under FhirHub:Storage:Cosmos.

using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using FhirHub.Storage.Cosmos;

namespace FhirHub.Server;

/// <content>The store on Azure Cosmos DB.</content>
public static partial class ConfigurationReader
{
    private const string CosmosKey = "FhirHub:Storage:Cosmos";
    private const string Serverless = "Serverless";
    private const int Thousand = 1_000;
    private const int MostUnits = 1_000_000;
    private const int MostSecret = 4_096;
    private const int MostRegions = 30;
    private static readonly SearchValues<char> s_bucketCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-");
    private static readonly SearchValues<char> s_regionCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ");
    private static readonly SearchValues<char> s_prefixCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/");

    private static CosmosOptions Cosmos(IConfiguration configuration)
    {
        var defaults = new CosmosOptions { Endpoint = new Uri("https://localhost") };
        var key = Secret(configuration, $"{CosmosKey}:Key", $"{CosmosKey}:KeyFile");
        var identity = configuration[$"{CosmosKey}:Identity"];
        if (key is null && identity is null)
            throw new ConfigurationException($"{CosmosKey}:KeyFile is missing; name the file with the account's key, or set {CosmosKey}:Identity to Managed or Workload.");
        if (key is not null && identity is not null)
            throw new ConfigurationException($"{CosmosKey}:Identity is '{identity}', and there is a key too; leave one of them out.");
        if (key is not null && !Base64.IsValid(key))
            throw new ConfigurationException($"{CosmosKey}:Key is not the key of an account, which is text in base64.");
        return new CosmosOptions
        {
            Endpoint = SafeAddress(configuration, $"{CosmosKey}:Endpoint", "https://hub-records.documents.azure.com:443/")
                ?? throw new ConfigurationException($"{CosmosKey}:Endpoint is missing; it is the address of the account, such as https://hub-records.documents.azure.com:443/."),
            Key = key,
            Identity = Choice(configuration, $"{CosmosKey}:Identity", CosmosIdentity.Managed),
            ClientId = configuration[$"{CosmosKey}:ClientId"] is null ? null : Text(configuration, $"{CosmosKey}:ClientId", ""),
            Database = DatabaseName(configuration, $"{CosmosKey}:Database", defaults.Database),
            Throughput = Throughput(configuration, $"{CosmosKey}:Throughput", defaults.Throughput),
            Regions = Regions(configuration, $"{CosmosKey}:Regions"),
            RequestTimeout = Seconds(configuration, $"{CosmosKey}:RequestSeconds", defaults.RequestTimeout, 1, 60),
            RetryBudget = Seconds(configuration, $"{CosmosKey}:RetryBudgetSeconds", defaults.RetryBudget, 0, 300),
            SweepInterval = Seconds(configuration, $"{CosmosKey}:SweepSeconds", defaults.SweepInterval, 1, 60),
            FollowInterval = TimeSpan.FromMilliseconds(Number(configuration, $"{CosmosKey}:FollowMilliseconds", (int)defaults.FollowInterval.TotalMilliseconds, 50, 10_000)),
            Parallelism = Number(configuration, $"{CosmosKey}:Parallelism", defaults.Parallelism, 1, 256),
            Matches = Number(configuration, $"{CosmosKey}:Matches", defaults.Matches, 1_000, 10_000_000),
            BlobFolder = configuration[$"{CosmosKey}:Blobs:Folder"] is null ? null : Text(configuration, $"{CosmosKey}:Blobs:Folder", ""),
            Bucket = Bucket(configuration, $"{CosmosKey}:Blobs"),
        };
    }

    private static S3BlobOptions? Bucket(IConfiguration configuration, string key)
    {
        var bucket = configuration[$"{key}:Bucket"] is null ? null : Text(configuration, $"{key}:Bucket", "");
        if (bucket is null != configuration[$"{key}:Folder"] is not null)
            throw new ConfigurationException($"{key}:Folder or {key}:Bucket must be set, and one of them alone: where bodies go that are too large for a document. A folder is one that all servers share.");
        if (bucket is null)
            return null;
        if (!IsOf(bucket, s_bucketCharacters, 3, 63))
            throw new ConfigurationException($"{key}:Bucket is '{bucket}'; it must be the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens.");
        var defaults = new S3BlobOptions { Bucket = bucket };
        var (access, secret) = (configuration[$"{key}:AccessKey"], Secret(configuration, $"{key}:SecretKey", $"{key}:SecretKeyFile"));
        if (access is null != secret is null)
            throw new ConfigurationException($"{key}:{(access is null ? "AccessKey" : "SecretKeyFile")} is missing; a secret goes with an access key. Without both, they are taken from the environment, a profile or the machine.");
        var endpoint = SafeAddress(configuration, $"{key}:Endpoint", "https://s3.hospital.example");
        return defaults with
        {
            Endpoint = endpoint,
            Region = Text(configuration, $"{key}:Region", defaults.Region),
            Prefix = Prefix(configuration, $"{key}:Prefix", defaults.Prefix),
            PathStyle = Flag(configuration, $"{key}:PathStyle", endpoint is not null),
            AccessKey = access,
            SecretKey = secret,
            Timeout = Seconds(configuration, $"{key}:RequestSeconds", defaults.Timeout, 1, 600),
        };
    }

    // The content of a secret is never told, nor that of a file which should hold one.
    private static string? Secret(IConfiguration configuration, string key, string fileKey)
    {
        var value = configuration[key] is null ? null : Text(configuration, key, "");
        if (configuration[fileKey] is not { } path)
            return value;
        if (value is not null)
            throw new ConfigurationException($"{fileKey} and {key} are both set; leave one of them out.");
        try
        {
            var file = new FileInfo(path);
            var text = file.Length <= MostSecret ? File.ReadAllText(path).Trim() : "";
            return text.Length > 0 && !text.Contains('\n', StringComparison.Ordinal)
                ? text
                : throw new ConfigurationException($"{fileKey} is '{path}', which does not hold one line with a secret.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"{fileKey} is '{path}', which can't be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static Uri? SafeAddress(IConfiguration configuration, string key, string example) =>
        configuration[key] is not { } value ? null
        : Uri.TryCreate(value, UriKind.Absolute, out var address) && address is { Query: "", Fragment: "", UserInfo: "" } && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)) ? address
        : throw new ConfigurationException($"{key} is no address that can be used; it must be an address by https, or by http on this machine, such as {example}.");

    // https://learn.microsoft.com/rest/api/cosmos-db/create-a-database: what a name can't hold.
    private static string DatabaseName(IConfiguration configuration, string key, string otherwise) =>
        Text(configuration, key, otherwise) is { Length: <= 255 } name && name.IndexOfAny(['/', '\\', '#', '?']) < 0 && !name.EndsWith(' ') ? name
        : throw new ConfigurationException($"{key} is '{configuration[key]}'; it must be 255 characters at most, without / \\ # ? and a blank at the end.");

    private static int? Throughput(IConfiguration configuration, string key, int? otherwise) =>
        configuration[key] is not { } value ? otherwise
        : value.Equals(Serverless, StringComparison.OrdinalIgnoreCase) ? null
        : int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var units) && units is > 0 and <= MostUnits && units % Thousand == 0 ? units
        : throw new ConfigurationException($"{key} is '{value}'; it must be request units per second from {Thousand} to {MostUnits}, in thousands, or {Serverless}.");

    // Names of regions have blanks in them, so one text has semicolons between them; or a list.
    private static string[] Regions(IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        string[] values = section.Value is { } text ? text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [.. section.GetChildren().Select(static item => item.Value ?? "")];
        return values.Length <= MostRegions && values.All(static value => IsOf(value, s_regionCharacters, 3, 40)) && values.Distinct(StringComparer.OrdinalIgnoreCase).Count() == values.Length
            ? values
            : throw new ConfigurationException($"{key} is '{string.Join(';', values)}'; it must be names of Azure regions, each once, separated by semicolons, such as West Europe;North Europe.");
    }

    private static string Prefix(IConfiguration configuration, string key, string otherwise) =>
        Text(configuration, key, otherwise) is var value && IsOf(value, s_prefixCharacters, 2, 200) && value.EndsWith('/') && value.Split('/')[..^1].All(static part => part is not ("" or "." or "..")) ? value
        : throw new ConfigurationException($"{key} is '{value}'; it must be letters, digits, dots, hyphens, underscores and slashes, and end with a slash.");

    private static TimeSpan Seconds(IConfiguration configuration, string key, TimeSpan otherwise, int least, int greatest) =>
        TimeSpan.FromSeconds(Number(configuration, key, (int)otherwise.TotalSeconds, least, greatest));

    private static bool IsOf(string text, SearchValues<char> characters, int least, int greatest) =>
        text.Length >= least && text.Length <= greatest && !text.AsSpan().ContainsAnyExcept(characters);
}
