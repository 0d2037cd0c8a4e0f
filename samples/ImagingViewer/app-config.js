// What OHIF is told here: one source of images, which is this server, and who signs its users in, which is this server too.

window.PUBLIC_URL = '{{root}}';
window.browserImportFunction = address => import(address);

(() => {
  const dicomweb = `${window.location.origin}{{dicomweb}}`;
  const signIn = {{signIn}};
  window.config = {
    // OHIF takes this off the path of the answer to a sign-in, which must begin with a slash after that.
    routerBasename: window.PUBLIC_URL.slice(0, -1),
    extensions: [],
    modes: [],
    customizationService: {},
    showStudyList: true,
    maxNumberOfWebWorkers: 3,
    showWarningMessageForCrossOrigin: false,
    showCPUFallbackMessage: true,
    showLoadingIndicator: true,
    strictZSpacingForVolumeViewport: true,
    groupEnabledModesFirst: true,
    allowMultiSelectExport: false,
    maxNumRequests: { interaction: 100, thumbnail: 5, prefetch: 25 },
    showErrorDetails: 'always',
    oidc: signIn && [
      {
        authority: signIn.authority,
        client_id: signIn.client_id,
        redirect_uri: '/callback',

        // Where nothing of OHIF's own is: it would take a page of its own of this path for the end of a sign-out.
        post_logout_redirect_uri: signIn.sign_out,
        metadataSeed: { end_session_endpoint: signIn.sign_out },
        response_type: 'code',
        scope: signIn.scope,
        extraQueryParams: { aud: signIn.aud },
        automaticSilentRenew: true,
        revokeAccessTokenOnSignout: true,
      },
    ],
    defaultDataSourceName: 'fhirhub',
    dataSources: [
      {
        namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
        sourceName: 'fhirhub',
        configuration: {
          friendlyName: 'FhirHub',
          name: 'fhirhub',
          qidoRoot: dicomweb,
          wadoRoot: dicomweb,
          wadoUriRoot: `${dicomweb}/wado`,
          qidoSupportsIncludeField: true,
          supportsFuzzyMatching: true,
          supportsWildcard: true,
          supportsReject: false,
          staticWado: false,
          imageRendering: 'wadors',
          thumbnailRendering: 'thumbnail',
          thumbnailRequestStrategy: 'fetch',
          enableStudyLazyLoad: true,
          dicomUploadEnabled: true,
          singlepart: 'video,pdf',
          bulkDataURI: { enabled: true },
          omitQuotationForMultipartRequest: false,
        },
      },
    ],
  };
})();
