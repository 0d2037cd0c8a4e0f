// Many clients at once, and clients that do anything: what comes of it is always a legal history, and all that belongs to it agrees.

using System.Net;
using System.Text.Json.Nodes;
using FhirHub.Tests;
using static FhirHub.Server.Tests.Workflow.WorkflowFixture;

namespace FhirHub.Server.Tests.Workflow;

public class RaceTests(WorkflowFixture server) : IClassFixture<WorkflowFixture>
{
    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task Of_32_clients_that_accept_and_cancel_one_Task_the_history_is_a_legal_one(string method)
    {
        var id = await server.ReferAsync();
        var task = await server.ReadAsync($"Task/{id}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(async () =>
        {
            var (state, by) = i % 2 == 0 ? ("accepted", "Organization/county") : ("cancelled", "PractitionerRole/doctor-village");
            using var response = method == "PUT"
                ? await server.Client.SendAsync("PUT", $"Task/{id}", Moved(task, state, by).ToJsonString())
                : await server.Client.SendAsync("PATCH", $"Task/{id}", $$"""
                    [{"op":"replace","path":"/status","value":"{{state}}"},{"op":"replace","path":"/businessStatus/coding/0/code","value":"{{state}}"},
                     {"op":"add","path":"/extension/-","value":{{Change(state, by).ToJsonString()}}}]
                    """, "application/json-patch+json");
            return (State: state, response.StatusCode);
        })));

        // A PUT that says again what another client has done changes nothing. A PATCH adds to what is there, so cancelled may follow accepted.
        var end = await server.ReadAsync($"Task/{id}");
        var history = HistoryOf(end);
        AssertLegal(history);
        Assert.Equal(history.Count, int.Parse((string)end["meta"]!["versionId"]!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(StateOf(end) == "cancelled" ? "revoked" : "active", await server.StatusAsync($"ServiceRequest/{id}"));
        Assert.All(answers, static answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity));
        if (method == "PUT")
        {
            Assert.Equal(2, history.Count);
            Assert.All(answers, answer => Assert.Equal(answer.State == history[1] ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity, answer.StatusCode));
        }
        else
        {
            Assert.Equal(history.Count - 1, answers.Count(static answer => answer.StatusCode == HttpStatusCode.OK));
        }
    }

    [Fact]
    public async Task Of_clients_that_race_for_a_slot_one_wins()
    {
        var slot = server.NewId();
        await server.PutAsync(NewSlot(slot));
        var tasks = new List<JsonNode>();
        for (var i = 0; i < 8; i++)
            tasks.Add(await server.ReadAsync($"Task/{await server.ReferAsync("accepted")}"));

        var answers = await Task.WhenAll(tasks.Select(task => Task.Run(async () =>
        {
            using var response = await server.SendTransactionAsync(Moved(task, "scheduled"), NewAppointment($"{task["id"]}-a", (string)task["id"]!, "booked", slot));
            return (int)response.StatusCode;
        })));

        Assert.Equal([200, 409, 409, 409, 409, 409, 409, 409], answers.Order());
        var booked = await server.ReadAsync($"Appointment?slot=Slot/{slot}&status=booked");
        Assert.Single(booked["entry"]!.AsArray(), static entry => (string?)entry!["search"]!["mode"] == "match");
        Assert.Equal("2", (string?)(await server.ReadAsync($"Slot/{slot}"))["meta"]!["versionId"]);
    }

    [Fact]
    public async Task Of_Tasks_that_ask_one_institution_at_once_one_is_stored()
    {
        var id = server.NewId();
        await server.PutAsync(Referral(id));
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
        {
            using var response = await server.Client.SendAsync("POST", "Task", NewTask("ignored", id).ToJsonString());
            return (int)response.StatusCode;
        })));
        Assert.Equal(1, answers.Count(static status => status == 201));
        Assert.Equal(15, answers.Count(static status => status == 422));
    }

    [Fact]
    public async Task Whatever_clients_do_leaves_legal_histories_and_agreement()
    {
        var random = new Random(TestSeed.Take());
        string[] states = ["requested", "received", "accepted", "rejected", "scheduled", "in-progress", "completed", "returned", "cancelled"];
        string[] appointmentStates = ["proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow"];
        string[] actors = ["Organization/county", "PractitionerRole/doctor-village", "Organization/city"];
        for (var run = 0; run < 30; run++)
        {
            var id = await server.ReferAsync();
            await server.PutAsync(NewSlot($"{id}-s"));
            await server.PutAsync(NewSlot($"{id}-t"));
            for (var step = 0; step < 25; step++)
            {
                var writes = new List<JsonNode>();
                if (random.Next(3) > 0)
                    writes.Add(Moved(await server.ReadAsync($"Task/{id}"), states[random.Next(states.Length)], actors[random.Next(10) < 8 ? 0 : random.Next(3)]));
                if (random.Next(2) == 0)
                    writes.Add(NewAppointment($"{id}-{random.Next(2)}", id, appointmentStates[random.Next(appointmentStates.Length)], random.Next(2) == 0 ? $"{id}-s" : $"{id}-t"));
                if (random.Next(6) == 0)
                    writes.Add(NewSlot($"{id}-s", random.Next(2) == 0 ? "free" : "busy"));
                if (writes.Count == 0)
                    continue;
                using var response = await server.SendTransactionAsync([.. writes]);
                Assert.True((int)response.StatusCode is 200 or 409 or 422, await response.Content.ReadAsStringAsync());
                await AssertAgreementAsync(id);
            }
        }
    }

    private static void AssertLegal(IReadOnlyList<string> history)
    {
        Assert.Equal("requested", history[0]);
        for (var i = 1; i < history.Count; i++)
        {
            string[] legal = history[i - 1] switch
            {
                "requested" => ["received", "accepted", "rejected", "cancelled"],
                "received" => ["accepted", "rejected", "cancelled"],
                "accepted" => ["scheduled", "in-progress", "cancelled"],
                "scheduled" => ["accepted", "in-progress", "cancelled"],
                "in-progress" => ["completed", "cancelled"],
                "completed" => ["returned"],
                _ => [],
            };
            Assert.Contains(history[i], legal);
        }
    }

    private async Task AssertAgreementAsync(string id)
    {
        var task = await server.ReadAsync($"Task/{id}");
        var state = StateOf(task);
        AssertLegal(HistoryOf(task));
        Assert.Equal(state, HistoryOf(task)[^1]);
        Assert.Equal(StatusOf(state), (string?)task["status"]);
        Assert.Equal(
            state switch { "rejected" or "cancelled" => "revoked", "completed" or "returned" => "completed", _ => "active" },
            await server.StatusAsync($"ServiceRequest/{id}"));
        var found = await server.ReadAsync($"Appointment?based-on=ServiceRequest/{id}");
        var appointments = found["entry"]?.AsArray().Select(static entry => entry!["resource"]!).ToList() ?? [];
        var statuses = appointments.ConvertAll(static appointment => (string)appointment["status"]!);
        if (state == "scheduled")
            Assert.Contains(statuses, static status => status is "booked" or "pending" or "arrived");
        if (state != "scheduled")
            Assert.DoesNotContain("booked", statuses);
        if (state is not ("scheduled" or "in-progress"))
            Assert.DoesNotContain("arrived", statuses);
        if (state is "rejected" or "cancelled" or "completed" or "returned")
            Assert.DoesNotContain(statuses, static status => status is "proposed" or "pending");

        var taken = appointments.Where(static appointment => (string?)appointment["status"] is "booked" or "arrived")
            .Select(static appointment => (string)appointment["slot"]![0]!["reference"]!).ToList();
        Assert.Distinct(taken);
        foreach (var slot in taken)
            Assert.Equal("busy", await server.StatusAsync(slot));
    }
}
