// A real server that asks for tokens, with a small region, the images of one examination, and accounts of each role.

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using FhirHub.Dicom.Pixels;
using FhirHub.Samples.Region;
using FhirHub.Server;
using FhirHub.Smart;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FhirHub.Tests;

/// <summary>The server; the patient with images is the one that tests look at.</summary>
internal sealed class SmartServer : IAsyncDisposable
{
    public const string Password = "Correct-horse-7-battery";
    public const string Doctor = "doctor.li";
    public const string Patient = "patient.one";
    public const string OtherPatient = "patient.two";
    public const string Administrator = "chief";

    private static readonly RegionSettings s_region = new(40);

    private readonly string _dataPath = Directory.CreateTempSubdirectory("fhirhub-smart-app-").FullName;
    private readonly WebApplication _app;

    private SmartServer(IReadOnlyList<string> settings) => _app = FhirHost.Build(
        ["--urls=http://127.0.0.1:0", $"--FhirHub:DataPath={_dataPath}", "--FhirHub:Exchange:Package=false", "--FhirHub:Samples:SmartApp=true", .. settings]);

    /// <summary>The address of the server, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The id of the patient with images, whom <see cref="Patient"/> signs in as.</summary>
    public string PatientId { get; private set; } = "";

    /// <summary>That patient's name.</summary>
    public string PatientName { get; private set; } = "";

    /// <summary>The Study Instance UID of that patient's study.</summary>
    public string Study { get; private set; } = "";

    public SmartService Smart => _app.Services.GetRequiredService<FhirServer>().Smart!;

    public static async Task<SmartServer> StartAsync(params string[] settings)
    {
        var server = new SmartServer(settings);
        await server._app.StartAsync();
        server.Address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await server.FillAsync();
        return server;
    }

    /// <summary>A client of the server with all access there is.</summary>
    public async Task<HttpClient> ClientAsync()
    {
        const string Scope = "user/*.cruds";
        await Smart.State.Clients.AddAsync("loader", new Client { Id = "loader", Name = "Loader", Status = ClientStatus.Active, Scope = Scope });
        var account = (await Smart.Accounts.FindByNameAsync(Administrator))!;
        var grant = await Smart.Grants.CreateAsync(new Grant { ClientId = "loader", AccountId = account.Id, Scope = Scope, CreatedAt = DateTimeOffset.UtcNow }, null, default);
        var client = new HttpClient { BaseAddress = new Uri(Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Smart.Grants.IssueAsync(grant, Scope, TimeSpan.FromHours(1), hasIdToken: false, default));
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_dataPath, recursive: true);
    }

    private async Task FillAsync()
    {
        await AddAccountAsync(Administrator, AccountRole.Administrator, null);
        using var client = await ClientAsync();
        await LoadAsync(client);
        var images = new RegionImages(s_region, 1, PixelCodecs.Create());
        await foreach (var image in images.GenerateAsync())
        {
            // One study is enough to look at.
            if (Study.Length > 0 && image.StudyInstanceUid != Study)
                break;
            Study = image.StudyInstanceUid;
            await StoreAsync(client, image.Bytes);
        }

        PatientId = await LinkedAsync(client);
        var patient = JsonNode.Parse(await client.GetStringAsync($"/fhir/Patient/{PatientId}"))!;
        PatientName = (string)patient["name"]![0]!["text"]!;
        await AddAccountAsync(Doctor, AccountRole.Practitioner, "Practitioner/county-1-1-1", "Organization/county-1", "PractitionerRole/county-1-1-1");
        await AddAccountAsync(Patient, AccountRole.Patient, $"Patient/{PatientId}");
        await AddAccountAsync(OtherPatient, AccountRole.Patient, PatientId == "patient-2" ? "Patient/patient-3" : "Patient/patient-2");
    }

    private async Task AddAccountAsync(string name, AccountRole role, string? fhirUser, string? organization = null, string? practitionerRole = null)
    {
        var (account, errors) = await Smart.Accounts.CreateAsync(
            new Account { Id = "", UserName = name, DisplayName = name, Role = role, FhirUser = fhirUser, Organization = organization, PractitionerRole = practitionerRole }, Password);
        Assert.True(account is not null, string.Join(' ', errors.Select(static error => error.Description)));
    }

    private static async Task LoadAsync(HttpClient client)
    {
        foreach (var part in new RegionGenerator(s_region).Generate().Chunk(500))
        {
            var entries = part.Select(static resource =>
                $$$"""{"resource":{{{Encoding.UTF8.GetString(resource.Json.Span)}}},"request":{"method":"PUT","url":"{{{resource.Type}}}/{{{resource.Id}}}"}}""");
            using var body = new StringContent($$"""{"resourceType":"Bundle","type":"batch","entry":[{{string.Join(',', entries)}}]}""", Encoding.UTF8, "application/fhir+json");
            using var answer = await client.PostAsync("/fhir", body);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }
    }

    /// <summary>Stores a file by STOW-RS.</summary>
    internal static async Task StoreAsync(HttpClient client, ReadOnlyMemory<byte> file)
    {
        using var content = new MultipartContent("related");
        content.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", "\"application/dicom\""));
        using var part = new ByteArrayContent(file.ToArray());
        part.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
        content.Add(part);
        using var answer = await client.PostAsync("/dicomweb/studies", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    // The ImagingStudy follows the images.
    private async Task<string> LinkedAsync(HttpClient client)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            using var answer = await client.GetAsync($"/fhir/ImagingStudy/{Study}");
            if (answer.IsSuccessStatusCode && (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["subject"]?["reference"] is { } subject)
                return subject["Patient/".Length..];
            Assert.True(waited.Elapsed < TimeSpan.FromMinutes(2), "The study was not linked to its patient.");
        }
    }
}
