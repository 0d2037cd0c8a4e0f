// A server with institutions of five tiers, and short ways to write referrals, consultations and what belongs to them.

using System.Globalization;
using System.Text.Json.Nodes;

namespace FhirHub.Server.Tests.Workflow;

/// <summary>A running server where a village clinic, a township, two counties, a city and a province can ask each other.</summary>
public class WorkflowFixture : ServerFixture, IAsyncLifetime
{
    public const string Canonical = "https://fhirhub.dev/fhir";
    public const string Service = $"{Canonical}/CodeSystem/exchange-service";

    private int _last;

    async Task IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        await SeedAsync();
    }

    /// <summary>An id that no other test has.</summary>
    public string NewId() => string.Create(CultureInfo.InvariantCulture, $"w{Interlocked.Increment(ref _last)}");

    /// <summary>PUTs a resource and expects the answer.</summary>
    public async Task<JsonNode> PutAsync(JsonNode resource, int status = 0)
    {
        using var response = await Client.SendAsync("PUT", $"{resource["resourceType"]}/{resource["id"]}", resource.ToJsonString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == 0 ? response.IsSuccessStatusCode : status == (int)response.StatusCode, $"{(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The resource as it is now.</summary>
    public async Task<JsonNode> ReadAsync(string address)
    {
        using var response = await Client.GetAsync(new Uri(address, UriKind.Relative));
        Assert.True(response.IsSuccessStatusCode, $"{address}: {(int)response.StatusCode}");
        return await response.JsonAsync();
    }

    public async Task<string> StatusAsync(string address) => (string)(await ReadAsync(address))["status"]!;

    /// <summary>A referral from the village to the county.</summary>
    public static JsonObject Referral(string id, string direction = "up", string requester = "PractitionerRole/doctor-village", params string[] performers) =>
        Request(id, "referral", requester, performers.Length == 0 ? ["Organization/county"] : performers, direction);

    /// <summary>A question of the county to the province.</summary>
    public static JsonObject Consultation(string id) => Request(id, "consultation", "PractitionerRole/doctor-county", ["Organization/province"], null);

    public static JsonObject Request(string id, string service, string requester, string[] performers, string? direction)
    {
        var category = new JsonArray(Concept(Service, service));
        if (direction is not null)
            category.Add(Concept($"{Canonical}/CodeSystem/referral-direction", direction));
        return new JsonObject
        {
            ["resourceType"] = "ServiceRequest",
            ["id"] = id,
            ["status"] = "active",
            ["intent"] = "order",
            ["category"] = category,
            ["code"] = Concept($"{Canonical}/CodeSystem/requested-service", "outpatient"),
            ["subject"] = Reference("Patient/wang"),
            ["requester"] = Reference(requester),
            ["performer"] = new JsonArray([.. performers.Select(Reference)]),
        };
    }

    /// <summary>A Task in the state requested.</summary>
    public static JsonObject NewTask(
        string id, string request, string service = "referral", string requester = "PractitionerRole/doctor-village", string owner = "Organization/county") => new()
        {
            ["resourceType"] = "Task",
            ["id"] = id,
            ["extension"] = new JsonArray(Change("requested", requester)),
            ["status"] = "requested",
            ["businessStatus"] = Concept($"{Canonical}/CodeSystem/exchange-task-state", "requested"),
            ["intent"] = "order",
            ["code"] = Concept(Service, service),
            ["focus"] = Reference($"ServiceRequest/{request}"),
            ["for"] = Reference("Patient/wang"),
            ["authoredOn"] = "2026-11-01T09:00:00+08:00",
            ["requester"] = Reference(requester),
            ["owner"] = Reference(owner),
        };

    public static JsonObject NewAppointment(string id, string request, string status, params string[] slots)
    {
        var appointment = new JsonObject
        {
            ["resourceType"] = "Appointment",
            ["id"] = id,
            ["status"] = status,
            ["start"] = "2026-11-02T09:30:00+08:00",
            ["end"] = "2026-11-02T10:00:00+08:00",
            ["basedOn"] = new JsonArray(Reference($"ServiceRequest/{request}")),
            ["participant"] = new JsonArray(new JsonObject { ["actor"] = Reference("Patient/wang"), ["status"] = "accepted" }),
        };
        if (slots.Length > 0)
            appointment["slot"] = new JsonArray([.. slots.Select(slot => Reference($"Slot/{slot}"))]);
        return appointment;
    }

    public static JsonObject NewSlot(string id, string status = "free") => new()
    {
        ["resourceType"] = "Slot",
        ["id"] = id,
        ["schedule"] = Reference("Schedule/county"),
        ["status"] = status,
        ["start"] = "2026-11-02T09:30:00+08:00",
        ["end"] = "2026-11-02T10:00:00+08:00",
    };

    /// <summary>An entry of a Task's history.</summary>
    public static JsonObject Change(string state, string by) => new()
    {
        ["url"] = $"{Canonical}/StructureDefinition/state-change",
        ["extension"] = new JsonArray(
            new JsonObject { ["url"] = "state", ["valueCode"] = state },
            new JsonObject { ["url"] = "at", ["valueDateTime"] = "2026-11-01T09:00:00+08:00" },
            new JsonObject { ["url"] = "by", ["valueReference"] = Reference(by) }),
    };

    /// <summary>The Task with one state more.</summary>
    public static JsonObject Moved(JsonNode task, string state, string? by = null)
    {
        var moved = (JsonObject)task.DeepClone();
        moved["status"] = StatusOf(state);
        moved["businessStatus"] = Concept($"{Canonical}/CodeSystem/exchange-task-state", state);
        moved["extension"]!.AsArray().Add(Change(state, by ?? OwnerOf(task)));
        return moved;
    }

    public static string StatusOf(string state) => state switch
    {
        "scheduled" => "ready",
        "returned" => "completed",
        _ => state,
    };

    public static string OwnerOf(JsonNode task) => (string)task["owner"]!["reference"]!;

    public static string StateOf(JsonNode task) => (string)task["businessStatus"]!["coding"]![0]!["code"]!;

    public static IReadOnlyList<string> HistoryOf(JsonNode task) =>
        [.. task["extension"]!.AsArray().Select(change => (string)change!["extension"]![0]!["valueCode"]!)];

    public static JsonObject Output(string kind, string target) => new()
    {
        ["type"] = Concept($"{Canonical}/CodeSystem/exchange-task-output", kind),
        ["valueReference"] = Reference(target),
    };

    public static JsonObject Concept(string system, string code) =>
        new() { ["coding"] = new JsonArray(new JsonObject { ["system"] = system, ["code"] = code }) };

    public static JsonObject Reference(string target) => new() { ["reference"] = target };

    /// <summary>A transaction of updates.</summary>
    public static string Transaction(params JsonNode[] resources) => new JsonObject
    {
        ["resourceType"] = "Bundle",
        ["type"] = "transaction",
        ["entry"] = new JsonArray([.. resources.Select(resource => new JsonObject
        {
            ["resource"] = resource.DeepClone(),
            ["request"] = new JsonObject { ["method"] = "PUT", ["url"] = $"{resource["resourceType"]}/{resource["id"]}" },
        })]),
    }.ToJsonString();

    public async Task<HttpResponseMessage> SendTransactionAsync(params JsonNode[] resources) => await Client.SendAsync("POST", "", Transaction(resources));

    public async Task CommitAsync(params JsonNode[] resources)
    {
        using var response = await SendTransactionAsync(resources);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Moves a Task as its owner, or as the one that is named.</summary>
    public async Task MoveAsync(string task, string state, string? by = null) => await PutAsync(Moved(await ReadAsync($"Task/{task}"), state, by));

    /// <summary>A referral with its Task in a state, reached by legal changes; an appointment <c>[id]-a</c> with a slot <c>[id]-s</c> if it was scheduled.</summary>
    public async Task<string> ReferAsync(string state = "requested")
    {
        var id = NewId();
        await CommitAsync(Referral(id), NewTask(id, id));
        string[] way = state switch
        {
            "requested" => [],
            "scheduled" or "in-progress" or "completed" => ["received", "accepted", "scheduled", "in-progress", "completed"],
            "accepted" => ["accepted"],
            _ => [state],
        };
        foreach (var step in way)
        {
            if (step == "scheduled")
            {
                await PutAsync(NewSlot($"{id}-s"));
                await CommitAsync(Moved(await ReadAsync($"Task/{id}"), "scheduled"), NewAppointment($"{id}-a", id, "booked", $"{id}-s"));
            }
            else
            {
                await MoveAsync(id, step);
            }

            if (step == state)
                break;
        }

        return id;
    }

    /// <summary>The first issue of a refusal by the workflow.</summary>
    public static async Task<JsonNode> RefusedAsync(HttpResponseMessage response, string message, int status = 422)
    {
        var issue = await response.FailsAsync(status, status == 409 ? "conflict" : "business-rule");
        Assert.Equal(message, (string?)issue["details"]?["coding"]?[0]?["code"]);
        return issue;
    }

    public async Task<JsonNode> RefusesAsync(JsonNode resource, string message, int status = 422)
    {
        using var response = await Client.SendAsync("PUT", $"{resource["resourceType"]}/{resource["id"]}", resource.ToJsonString());
        return await RefusedAsync(response, message, status);
    }

    private async Task SeedAsync()
    {
        (string Id, string? Tier, string? PartOf)[] organizations =
        [
            ("province", "province", null), ("city", "city", "province"), ("county", "county", "city"), ("county2", "county", "city"),
            ("township", "township", "county"), ("village", "village", "township"),
            ("ward", null, "department"), ("department", null, "county"), ("nowhere", null, null),
            ("ring-a", null, "ring-b"), ("ring-b", null, "ring-a"),
        ];
        var resources = new List<JsonNode>
        {
            JsonNode.Parse("""{"resourceType":"Patient","id":"wang"}""")!,
            JsonNode.Parse("""{"resourceType":"Patient","id":"li"}""")!,
            JsonNode.Parse("""{"resourceType":"Schedule","id":"county","actor":[{"reference":"HealthcareService/cardiology"}]}""")!,
            JsonNode.Parse("""{"resourceType":"HealthcareService","id":"cardiology","providedBy":{"reference":"Organization/department"}}""")!,
        };
        foreach (var (id, tier, partOf) in organizations)
        {
            var organization = new JsonObject { ["resourceType"] = "Organization", ["id"] = id, ["name"] = $"The {id}" };
            if (tier is not null)
                organization["type"] = new JsonArray(Concept($"{Canonical}/CodeSystem/organization-tier", tier));
            if (partOf is not null)
                organization["partOf"] = Reference($"Organization/{partOf}");
            resources.Add(organization);
            resources.Add(new JsonObject { ["resourceType"] = "PractitionerRole", ["id"] = $"doctor-{id}", ["organization"] = Reference($"Organization/{id}") });
        }

        await CommitAsync([.. resources]);
    }
}
