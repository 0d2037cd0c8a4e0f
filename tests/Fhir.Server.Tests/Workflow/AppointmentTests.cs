// Appointments and Slots of the workflow: they move with the Task, and a Slot is taken once.

using System.Text.Json.Nodes;
using static FhirHub.Server.Tests.Workflow.WorkflowFixture;

namespace FhirHub.Server.Tests.Workflow;

public class AppointmentTests(WorkflowFixture server) : IClassFixture<WorkflowFixture>
{
    [Fact]
    public async Task A_scheduled_Task_has_an_appointment()
    {
        var id = await server.ReferAsync("accepted");
        var issue = await server.RefusesAsync(Moved(await server.ReadAsync($"Task/{id}"), "scheduled"), "workflow-appointment-missing");
        Assert.Contains($"ServiceRequest/{id}", (string?)issue["diagnostics"], StringComparison.Ordinal);
        await server.PutAsync(NewAppointment($"{id}-a", id, "pending"));
        await server.MoveAsync(id, "scheduled");
    }

    [Theory]
    [InlineData("booked")]
    [InlineData("arrived")]
    public async Task An_appointment_is_booked_when_its_Task_is_scheduled(string status)
    {
        var id = await server.ReferAsync("accepted");
        await server.RefusesAsync(NewAppointment($"{id}-a", id, status), "workflow-appointment-unscheduled");
        await server.PutAsync(NewAppointment($"{id}-a", id, "proposed"));
        await server.RefusesAsync(NewAppointment($"{id}-a", id, status), "workflow-appointment-unscheduled");
        await server.CommitAsync(Moved(await server.ReadAsync($"Task/{id}"), "scheduled"), NewAppointment($"{id}-a", id, status));
    }

    [Theory]
    [InlineData("accepted", "cancelled", "free")]
    [InlineData("in-progress", "arrived", "busy")]
    [InlineData("cancelled", "cancelled", "free")]
    public async Task Appointment_and_slot_follow_a_scheduled_Task(string state, string appointment, string slot)
    {
        var id = await server.ReferAsync("scheduled");
        Assert.Equal("busy", await server.StatusAsync($"Slot/{id}-s"));
        await server.MoveAsync(id, state);
        Assert.Equal(appointment, await server.StatusAsync($"Appointment/{id}-a"));
        Assert.Equal(slot, await server.StatusAsync($"Slot/{id}-s"));
        var times = new List<string?>();
        foreach (var address in new[] { $"Task/{id}", $"Appointment/{id}-a" })
            times.Add((string?)(await server.ReadAsync(address))["meta"]!["lastUpdated"]);
        Assert.Equal(times[0], times[1]);
    }

    [Fact]
    public async Task An_appointment_is_fulfilled_when_its_Task_is_completed()
    {
        var id = await server.ReferAsync("completed");
        Assert.Equal("fulfilled", await server.StatusAsync($"Appointment/{id}-a"));
        Assert.Equal("busy", await server.StatusAsync($"Slot/{id}-s"));
        await server.RefusesAsync(NewAppointment($"{id}-a", id, "booked", $"{id}-s"), "workflow-appointment-status");
        await server.RefusesAsync(NewAppointment($"{id}-b", id, "proposed"), "workflow-appointment-status");
    }

    [Fact]
    public async Task A_pending_appointment_of_a_cancelled_Task_is_cancelled()
    {
        var id = await server.ReferAsync("accepted");
        await server.PutAsync(NewAppointment($"{id}-a", id, "proposed"));
        await server.MoveAsync(id, "cancelled");
        Assert.Equal("cancelled", await server.StatusAsync($"Appointment/{id}-a"));
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("noshow")]
    [InlineData("entered-in-error")]
    [InlineData("proposed")]
    public async Task An_appointment_is_not_given_up_while_its_Task_stays_scheduled(string status)
    {
        var id = await server.ReferAsync("scheduled");
        var appointment = await server.ReadAsync($"Appointment/{id}-a");
        appointment["status"] = status;
        var issue = await server.RefusesAsync(appointment, "workflow-appointment-given-up");
        Assert.Contains("move the Task to accepted or cancelled", (string?)issue["diagnostics"], StringComparison.Ordinal);
        await server.CommitAsync(appointment, Moved(await server.ReadAsync($"Task/{id}"), "accepted"));
        Assert.Equal(status == "noshow" ? "busy" : "free", await server.StatusAsync($"Slot/{id}-s"));
    }

    [Fact]
    public async Task It_may_be_replaced_by_another_one()
    {
        var id = await server.ReferAsync("scheduled");
        var appointment = await server.ReadAsync($"Appointment/{id}-a");
        appointment["status"] = "cancelled";
        await server.CommitAsync(appointment, NewAppointment($"{id}-b", id, "booked", $"{id}-s"));
        Assert.Equal("busy", await server.StatusAsync($"Slot/{id}-s"));
        Assert.Equal("1", (string?)(await server.ReadAsync($"Appointment/{id}-b"))["meta"]!["versionId"]);
    }

    [Fact]
    public async Task Another_slot_is_taken_and_the_former_one_is_free_again()
    {
        var id = await server.ReferAsync("scheduled");
        var other = $"{id}-other";
        await server.PutAsync(NewSlot(other));
        await server.PutAsync(NewAppointment($"{id}-a", id, "booked", other));
        Assert.Equal("free", await server.StatusAsync($"Slot/{id}-s"));
        Assert.Equal("busy", await server.StatusAsync($"Slot/{other}"));
    }

    [Fact]
    public async Task A_slot_is_taken_once()
    {
        var (first, second) = (await server.ReferAsync("scheduled"), await server.ReferAsync("accepted"));
        var task = Moved(await server.ReadAsync($"Task/{second}"), "scheduled");
        using (var response = await server.SendTransactionAsync(task, NewAppointment($"{second}-a", second, "booked", $"{first}-s")))
        {
            var issue = await RefusedAsync(response, "workflow-slot-taken", 409);
            Assert.Equal("Bundle.entry[1].resource.slot", (string?)issue["expression"]![0]);
        }

        await server.PutAsync(NewSlot($"{second}-s", "busy-unavailable"));
        using (var response = await server.SendTransactionAsync(task, NewAppointment($"{second}-a", second, "booked", $"{second}-s")))
            await RefusedAsync(response, "workflow-slot-not-free", 409);
        using (var response = await server.SendTransactionAsync(task, NewAppointment($"{second}-a", second, "booked", "nothing")))
            await RefusedAsync(response, "workflow-reference-unresolved");
        Assert.Equal("accepted", StateOf(await server.ReadAsync($"Task/{second}")));

        await server.MoveAsync(first, "cancelled");
        await server.CommitAsync(task, NewAppointment($"{second}-a", second, "booked", $"{first}-s"));
    }

    [Fact]
    public async Task Two_appointments_of_one_transaction_can_t_have_one_slot()
    {
        var (first, second, slot) = (await server.ReferAsync("accepted"), await server.ReferAsync("accepted"), server.NewId());
        using var response = await server.SendTransactionAsync(
            NewSlot(slot, "busy"),
            Moved(await server.ReadAsync($"Task/{first}"), "scheduled"), NewAppointment($"{first}-a", first, "booked", slot),
            Moved(await server.ReadAsync($"Task/{second}"), "scheduled"), NewAppointment($"{second}-a", second, "booked", slot));
        await RefusedAsync(response, "workflow-slot-taken", 409);
    }

    [Fact]
    public async Task A_slot_that_is_taken_stays_busy()
    {
        var id = await server.ReferAsync("scheduled");
        await server.RefusesAsync(NewSlot($"{id}-s"), "workflow-slot-in-use");
        using (var deleted = await server.Client.DeleteAsync(new Uri($"Slot/{id}-s", UriKind.Relative)))
            await RefusedAsync(deleted, "workflow-slot-in-use");
        var slot = NewSlot($"{id}-s", "busy");
        slot["comment"] = "Second floor";
        await server.PutAsync(slot);
        await server.MoveAsync(id, "cancelled");
        await server.PutAsync(NewSlot($"{id}-s", "busy-unavailable"));
    }

    [Fact]
    public async Task A_slot_that_the_client_writes_with_the_appointment_must_agree()
    {
        var id = await server.ReferAsync("accepted");
        var task = Moved(await server.ReadAsync($"Task/{id}"), "scheduled");
        await server.PutAsync(NewSlot($"{id}-s"));
        using (var response = await server.SendTransactionAsync(task, NewAppointment($"{id}-a", id, "booked", $"{id}-s"), NewSlot($"{id}-s", "busy-tentative")))
        {
            var issue = await RefusedAsync(response, "workflow-slot-status");
            Assert.Equal("Bundle.entry[2].resource.status", (string?)issue["expression"]![0]);
        }

        await server.CommitAsync(task, NewAppointment($"{id}-a", id, "booked", $"{id}-s"), NewSlot($"{id}-s", "busy"));
        using (var response = await server.SendTransactionAsync(Moved(await server.ReadAsync($"Task/{id}"), "in-progress"), NewAppointment($"{id}-a", id, "booked", $"{id}-s")))
            await RefusedAsync(response, "workflow-appointment-status");
    }

    [Fact]
    public async Task What_an_appointment_is_for_never_changes()
    {
        var (id, other) = (await server.ReferAsync("scheduled"), await server.ReferAsync("scheduled"));
        await server.RefusesAsync(NewAppointment($"{id}-a", other, "booked", $"{id}-s"), "workflow-based-on-fixed");
        var free = NewAppointment($"{id}-a", id, "booked", $"{id}-s");
        free.Remove("basedOn");
        await server.RefusesAsync(free, "workflow-based-on-fixed");
        var both = NewAppointment($"{id}-b", id, "proposed");
        both["basedOn"]!.AsArray().Add(Reference($"ServiceRequest/{other}"));
        await server.RefusesAsync(both, "workflow-one-request");
    }

    [Fact]
    public async Task An_appointment_of_a_scheduled_Task_is_not_deleted()
    {
        var id = await server.ReferAsync("scheduled");
        using (var deleted = await server.Client.DeleteAsync(new Uri($"Appointment/{id}-a", UriKind.Relative)))
            await RefusedAsync(deleted, "workflow-delete-appointment");
        await server.MoveAsync(id, "cancelled");
        using var then = await server.Client.DeleteAsync(new Uri($"Appointment/{id}-a", UriKind.Relative));
        Assert.Equal(204, (int)then.StatusCode);
    }

    [Fact]
    public async Task A_Task_that_names_its_appointment_leaves_those_of_others_alone()
    {
        var id = server.NewId();
        var (first, second) = (server.NewId(), server.NewId());
        await server.CommitAsync(
            Referral(id, performers: ["Organization/county", "Organization/city"]), NewTask(first, id), NewTask(second, id, owner: "Organization/city"));
        foreach (var task in new[] { first, second })
        {
            await server.MoveAsync(task, "accepted");
            var scheduled = Moved(await server.ReadAsync($"Task/{task}"), "scheduled");
            scheduled["output"] = new JsonArray(Output("appointment", $"Appointment/{task}-a"));
            await server.CommitAsync(scheduled, NewAppointment($"{task}-a", id, "booked"));
        }

        await server.MoveAsync(first, "cancelled");
        Assert.Equal("cancelled", await server.StatusAsync($"Appointment/{first}-a"));
        Assert.Equal("booked", await server.StatusAsync($"Appointment/{second}-a"));
        Assert.Equal("active", await server.StatusAsync($"ServiceRequest/{id}"));
    }

    [Fact]
    public async Task A_request_does_not_come_to_appointments_that_are_booked_already()
    {
        var id = server.NewId();
        await server.PutAsync(NewAppointment($"{id}-a", id, "booked"));
        await server.RefusesAsync(Referral(id), "workflow-appointment-unscheduled");
        var plain = Referral(id);
        plain.Remove("category");
        await server.PutAsync(plain);
        await server.RefusesAsync(Referral(id), "workflow-appointment-unscheduled");
        await server.PutAsync(NewAppointment($"{id}-a", id, "proposed"));
        await server.PutAsync(Referral(id));
    }

    [Fact]
    public async Task Appointments_of_no_exchange_are_free()
    {
        var appointment = JsonNode.Parse("""{"resourceType":"Appointment","id":"haircut","status":"booked","start":"2026-11-02T09:30:00Z","end":"2026-11-02T10:00:00Z","participant":[{"status":"accepted","actor":{"reference":"Patient/wang"}}]}""")!;
        await server.PutAsync(appointment);
        using var deleted = await server.Client.DeleteAsync(new Uri("Appointment/haircut", UriKind.Relative));
        Assert.Equal(204, (int)deleted.StatusCode);
    }
}
