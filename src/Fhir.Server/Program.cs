// The host.

return await FhirHub.Server.FhirHost.RunAsync(args);
