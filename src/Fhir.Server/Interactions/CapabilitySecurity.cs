// CapabilityStatement.rest.security: where clients of SMART 1.0 look for what the SMART configuration says to others.

using System.Text.Json;

namespace FhirHub.Server;

/// <summary>Writes what the CapabilityStatement says of authorization (SMART App Launch 1.0.0, conformance/index.html#using-cs).</summary>
internal static class CapabilitySecurity
{
    private const string OAuthUris = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris";

    /// <summary>Writes the member <c>security</c>.</summary>
    /// <param name="json">The statement, within <c>rest</c>.</param>
    /// <param name="server">The server.</param>
    /// <param name="baseUrl">The FHIR base as the client sees it.</param>
    public static void Write(Utf8JsonWriter json, FhirServer server, string baseUrl)
    {
        json.WriteStartObject("security");
        if (server.Smart is { } smart)
        {
            var issuer = smart.Options.Issuer ?? baseUrl[..^smart.Options.FhirPath.Length];
            var addresses = smart.Discovery.AddressesOf(issuer);
            json.WriteStartArray("extension");
            json.WriteStartObject();
            json.WriteStartArray("extension");
            foreach (var (name, address) in ((string, string?)[])[
                ("authorize", addresses.Authorize), ("token", addresses.Token), ("introspect", addresses.Introspect), ("manage", addresses.Manage),
                ("register", smart.Options.Registration ? addresses.Register : null), ("revoke", addresses.Revoke)])
            {
                if (address is null)
                    continue;
                json.WriteStartObject();
                json.WriteString("url", name);
                json.WriteString("valueUri", address);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("url", OAuthUris);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteBoolean("cors", server.Smart is not null || server.Options.CorsOrigins.Length > 0);
        if (server.Smart is not null)
        {
            json.WriteStartArray("service");
            json.WriteStartObject();
            json.WriteStartArray("coding");
            json.WriteStartObject();
            json.WriteString("system", "http://terminology.hl7.org/CodeSystem/restful-security-service");
            json.WriteString("code", "SMART-on-FHIR");
            json.WriteString("display", "SMART-on-FHIR");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("text", "OAuth 2.0 by the SMART App Launch framework, version 2.2.0");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
