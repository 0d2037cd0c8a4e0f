// A server with images: ways to send them, and to wait until FHIR knows of them.

using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Imaging;

/// <summary>A running server that takes images.</summary>
public class ImagingServer : ServerFixture
{
    /// <summary>The issuer of Patient IDs of these tests, and the system that it stands for.</summary>
    public const string Issuer = "Shiqiao";

    public const string System = "https://fhirhub.dev/fhir/sid/local-record/12539921000030031F";

    private static int s_next;

    protected override IReadOnlyList<string> Settings => [$"--FhirHub:Dicomweb:PatientIssuers:{Issuer}={System}", "--FhirHub:Dicomweb:Duplicates=Replace"];

    /// <summary>A number that no other test has.</summary>
    public static string NewNumber() => $"T{Environment.TickCount64}{Interlocked.Increment(ref s_next)}";

    /// <summary>The address of the image service.</summary>
    public string Images => Base[..^"/fhir".Length] + "/dicomweb";

    /// <summary>Stores an instance by STOW-RS.</summary>
    internal async Task StoreAsync(TestImage image)
    {
        using var content = new ByteArrayContent(await image.ToBytesAsync());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
        using var response = await Client.PostAsync($"{Images}/studies", content);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>Deletes by DICOMweb.</summary>
    public async Task DeleteAsync(string path)
    {
        using var response = await Client.DeleteAsync($"{Images}/{path}");
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    /// <summary>A Patient with an identifier.</summary>
    public async Task<string> PatientAsync(string number, string? birthDate = "1970-01-01", string? gender = "female", string? id = null, string? replacedBy = null)
    {
        id ??= NewNumber();
        var body = new JsonObject
        {
            ["resourceType"] = "Patient",
            ["id"] = id,
            ["identifier"] = new JsonArray(new JsonObject { ["system"] = System, ["value"] = number }),
            ["name"] = new JsonArray(new JsonObject { ["text"] = "王秀兰" }),
        };
        if (birthDate is not null)
            body["birthDate"] = birthDate;
        if (gender is not null)
            body["gender"] = gender;
        if (replacedBy is not null)
        {
            body["active"] = false;
            body["link"] = new JsonArray(new JsonObject { ["type"] = "replaced-by", ["other"] = new JsonObject { ["reference"] = $"Patient/{replacedBy}" } });
        }

        using var response = await Client.SendAsync("PUT", $"Patient/{id}", body.ToJsonString());
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return id;
    }

    /// <summary>Merges a Patient into another.</summary>
    public Task MergeAsync(string former, string number, string survivor) => PatientAsync(number, id: former, replacedBy: survivor);

    /// <summary>Waits until an ImagingStudy is as asked for.</summary>
    public Task<JsonNode> StudyAsync(string uid, Func<JsonNode, bool> isAsAsked) => ResourceAsync($"ImagingStudy/{uid}", isAsAsked);

    /// <summary>Waits until an ImagingStudy is linked to a Patient.</summary>
    public Task<JsonNode> LinkedAsync(string uid, string patient) => StudyAsync(uid, study => (string?)study["subject"]!["reference"] == $"Patient/{patient}");

    /// <summary>Waits until a study waits in the queue for a reason.</summary>
    public Task<JsonNode> QueuedAsync(string uid, string reason) =>
        ResourceAsync($"Task/{uid}", task => (string?)task["statusReason"]!["coding"]![0]!["code"] == reason);

    /// <summary>Waits until a resource is as asked for.</summary>
    public async Task<JsonNode> ResourceAsync(string address, Func<JsonNode, bool> isAsAsked)
    {
        var last = "";
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(3); await Task.Delay(50))
        {
            using var response = await Client.GetAsync(address);
            last = await response.Content.ReadAsStringAsync();
            if (response.IsSuccessStatusCode && JsonNode.Parse(last)! is var resource && isAsAsked(resource))
                return resource;
        }

        throw new TimeoutException($"{address} did not become what was asked for; it is {last}");
    }

    /// <summary>Waits until a resource is gone.</summary>
    public async Task GoneAsync(string address)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromMinutes(3); await Task.Delay(50))
        {
            using var response = await Client.GetAsync(address);
            if ((int)response.StatusCode is 404 or 410)
                return;
        }

        throw new TimeoutException($"{address} is still there.");
    }

    /// <summary>Waits until FHIR knows of all changes of the archive, and of the records.</summary>
    public async Task CaughtUpAsync()
    {
        // A study that is stored now is linked after all that was written before.
        var uid = TestImage.NewStudy();
        await StoreAsync(new TestImage(uid));
        await StudyAsync(uid, static _ => true);
    }
}
